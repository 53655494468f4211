package berth.agent.systemd.dbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarshallingTest {

  @Test
  void theSpecificationsStringsReadBackInBothByteOrders() {
    // "Marshalling": foo, + and bar as three strings
    String little = "03000000666f6f00 010000002b000000 0300000062617200";
    String big = "00000003666f6f00 000000012b000000 0000000362617200";
    assertThat(read("sss", little, ByteOrder.LITTLE_ENDIAN)).containsExactly("foo", "+", "bar");
    assertThat(read("sss", big, ByteOrder.BIG_ENDIAN)).containsExactly("foo", "+", "bar");
    assertThat(written("sss", "foo", "+", "bar")).isEqualTo(little.replace(" ", ""));
  }

  @Test
  void theSpecificationsArrayOfOneInt64IsPaddedBeforeItsFirstElement() {
    // "Marshalling": the length 8 does not count the four bytes of padding
    String big = "00000008 00000000 0000000000000005";
    assertThat(read("ax", big, ByteOrder.BIG_ENDIAN)).containsExactly(List.of(5L));
    assertThat(written("ax", List.of(5L))).isEqualTo("08000000000000000500000000000000");
  }

  @Test
  void anEmptyArrayIsPaddedToo() {
    assertThat(written("at", List.of())).isEqualTo("0000000000000000");
    assertThat(read("at", "00000000 00000000", ByteOrder.LITTLE_ENDIAN)).containsExactly(List.of());
  }

  @Test
  void allTypesComeBackAsTheyWent() {
    Map<String, Object> dict = new LinkedHashMap<>();
    dict.put("one", Variant.of("u", 4_294_967_295L));
    dict.put("two", Variant.of("a(sv)", List.of(List.of("x", Variant.of("y")))));
    List<Object> values =
        List.of(
            (byte) 200,
            true,
            (short) -2,
            65_535,
            -5,
            4_000_000_000L,
            Long.MIN_VALUE,
            -1L,
            2.5,
            "gr\u00fc\u00df \ud83d\udc33",
            new ObjectPath("/a/b_2"),
            new Signature("a{sv}"),
            Variant.of("(ii)", List.of(1, 2)),
            dict,
            List.of(List.of("a", "b"), List.of()));
    String signature = "ybnqiuxtdsogva{sv}aas";
    var encoder = new Encoder().all(new Signature(signature), values);
    ByteBuffer bytes = ByteBuffer.wrap(encoder.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(new Decoder(bytes, List.of()).all(new Signature(signature))).isEqualTo(values);
  }

  @Test
  void bytesAreAnArray() {
    var encoder = new Encoder().all(new Signature("ay"), List.of(new byte[] {1, 2, 3}));
    assertThat(HexFormat.of().formatHex(encoder.bytes())).isEqualTo("03000000010203");
    Object back = read("ay", "03000000010203", ByteOrder.LITTLE_ENDIAN).getFirst();
    assertThat((byte[]) back).containsExactly(1, 2, 3);
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource({
    "s, 05000000666f6f00, text longer than the message",
    "s, ffffffff666f6f00, text of a negative length",
    "s, 03000000666f6f01, text without NUL",
    "s, 03000000660066 00, text with NUL",
    "s, 02000000c328 00, text that is not UTF-8",
    "s, 03000000eda080 00, a lone surrogate",
    "b, 02000000, a boolean of 2",
    "o, 03000000612f6200, a path without a slash",
    "o, 030000002f612f00, a path that ends in a slash",
    "o, 030000002f2f6100, a path with two slashes",
    "g, 017a00, a signature of no type",
    "v, 0000, a variant without a type",
    "v, 0269690000000000 01000000 02000000, a variant of two types",
    "ai, 08000000 01000000, an array longer than the message",
    "ai, 03000000 010000, an array that cuts an element off",
    "ai, ffffff7f 01000000, an array of 2 GiB",
    "ai, ffffffff 01000000, an array of a negative length",
    "yi, 01010000 01000000, padding that is not zero",
    "ii, 01000000, a message that ends early",
    "i, 01000000 00, a message that does not end",
    "h, 00000000, a file descriptor that is not there",
    "h, ffffffff, a file descriptor of a negative index",
    "a{sv}, 04000000 00000000 00000000, a dictionary that ends early"
  })
  void whatIsMalformedIsRefused(String signature, String bytes, String what) {
    assertThatThrownBy(() -> read(signature, bytes, ByteOrder.LITTLE_ENDIAN))
        .as(what)
        .isInstanceOf(BusException.class)
        .hasMessageStartingWith(BusException.MALFORMED);
  }

  @Test
  void variantsInVariantsEndSomewhere() {
    // 01 76 00 is "the next is a variant"
    String bomb = "017600".repeat(60_000) + "017900 05";
    assertThatThrownBy(() -> read("v", bomb, ByteOrder.LITTLE_ENDIAN))
        .isInstanceOf(BusException.class)
        .hasMessageContaining("64 deep");
  }

  @ParameterizedTest
  @CsvSource({"s, 1", "i, x", "q, 65536", "u, -1", "as, x", "v, x", "ay, x"})
  void aValueOfTheWrongTypeIsNotSent(String signature, String value) {
    Object object = value.matches("-?[0-9]+") ? Integer.valueOf(value) : value;
    assertThatThrownBy(() -> new Encoder().all(new Signature(signature), List.of(object)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void systemdsNamesAreEscapedAndReadBack() {
    var units = new ObjectPath("/org/freedesktop/systemd1/unit");
    ObjectPath path = units.child("systemd-nspawn@web-1.service");
    assertThat(path)
        .hasToString("/org/freedesktop/systemd1/unit/systemd_2dnspawn_40web_2d1_2eservice");
    assertThat(path.lastName()).isEqualTo("systemd-nspawn@web-1.service");
    assertThat(units.child("1a").lastName()).isEqualTo("1a");
  }

  private static List<Object> read(String signature, String hex, ByteOrder order) {
    ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", ""))).order(order);
    return new Decoder(bytes, List.of()).all(new Signature(signature));
  }

  private static String written(String signature, Object... values) {
    var encoder = new Encoder().all(new Signature(signature), List.of(values));
    return HexFormat.of().formatHex(encoder.bytes());
  }
}

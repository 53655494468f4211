package berth.agent.systemd.dbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.linux.Fd;
import berth.agent.linux.Pipe;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FramesTest {
  /** A reply of serial 1 to our serial 1, with the text ":1.1", as a bus writes it. */
  private static final String REPLY =
      "6c02010109000000010000000f000000"
          + "0501750001000000"
          + "0801670001730000"
          + "040000003a312e3100";

  private final List<Message> messages = new ArrayList<>();

  @Test
  void aReplyIsReadWholeOrByteByByte() {
    var whole = new Frames(1 << 20);
    whole.add(bytes(REPLY + REPLY), List.of(), messages::add);
    for (byte one : HexFormat.of().parseHex(REPLY)) {
      whole.add(ByteBuffer.wrap(new byte[] {one}), List.of(), messages::add);
    }
    assertThat(messages).hasSize(3);
    for (Message message : messages) {
      assertThat(message.kind()).isEqualTo(Message.Kind.REPLY);
      assertThat(message.header().replySerial()).isEqualTo(1);
      assertThat(message.string(0)).isEqualTo(":1.1");
    }
    assertThat(messages).extracting(Message::sequence).containsExactly(1L, 2L, 3L);
  }

  @Test
  void aBigEndianReplyIsReadToo() {
    String big =
        "4202010100000009000000010000000f"
            + "0501750000000001"
            + "0801670001730000"
            + "000000043a312e3100";
    new Frames(1 << 20).add(bytes(big), List.of(), messages::add);
    assertThat(messages.getFirst().string(0)).isEqualTo(":1.1");
  }

  @Test
  void whatWeWriteWeRead() {
    Call call =
        Call.of("a.b", new ObjectPath("/x"), "c.d", "Member").with("sv", "hello", Variant.of(7L));
    Encoder arguments = new Encoder().all(call.signature(), call.arguments());
    byte[] message = Header.write(call, 42, arguments.bytes(), 0);
    new Frames(1 << 20).add(ByteBuffer.wrap(message), List.of(), messages::add);
    Message read = messages.getFirst();
    assertThat(read.kind()).isEqualTo(Message.Kind.CALL);
    assertThat(read.member()).isEqualTo("Member");
    assertThat(read.body()).isEqualTo(call.arguments());
  }

  @Test
  void aKindOfALaterSpecificationIsPassedOver() {
    String later = "6c07" + REPLY.substring(4);
    new Frames(1 << 20).add(bytes(later + REPLY), List.of(), messages::add);
    assertThat(messages).hasSize(1);
  }

  @Test
  void aMessageLargerThanTheLimitIsRefusedBeforeItIsThere() {
    var frames = new Frames(4096);
    String huge = "6c020101f0ffff7f010000000f000000";
    assertThatThrownBy(() -> frames.add(bytes(huge), List.of(), messages::add))
        .isInstanceOf(BusException.class)
        .hasMessageContaining("more than 4096");
  }

  @Test
  void fileDescriptorsThatWereAnnouncedMustCome() {
    String announced = "6c020101000000000100000010000000" + "0501750001000000" + "0901750001000000";
    var frames = new Frames(4096);
    assertThatThrownBy(() -> frames.add(bytes(announced), List.of(), messages::add))
        .hasMessageContaining("did not come");
  }

  @Test
  void fileDescriptorsThatNobodyAnnouncedAreClosedInTheEnd() throws Exception {
    List<Fd> strays = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Pipe pipe = Pipe.open();
      strays.add(pipe.reading());
      strays.add(pipe.writing());
    }
    try (var frames = new Frames(4096)) {
      assertThatThrownBy(() -> frames.add(bytes(""), strays, messages::add))
          .hasMessageContaining("no message names");
    }
    assertThat(strays).noneMatch(Fd::isOpen);
  }

  @Test
  void noGarbageEverDoesMoreThanBeRefused() {
    var random = new Random(1);
    byte[] good = HexFormat.of().parseHex(REPLY);
    for (int i = 0; i < 50_000; i++) {
      byte[] bad = Arrays.copyOf(good, good.length);
      for (int n = random.nextInt(4); n >= 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      try (var frames = new Frames(1 << 16)) {
        frames.add(ByteBuffer.wrap(bad), List.of(), Message::body);
      } catch (BusException e) {
        assertThat(e.name()).isEqualTo(BusException.MALFORMED);
      }
    }
  }

  private static ByteBuffer bytes(String hex) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
  }
}

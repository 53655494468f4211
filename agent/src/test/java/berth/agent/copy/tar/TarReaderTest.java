package berth.agent.copy.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.copy.tar.TarEntry.Kind;
import berth.protocol.BerthException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarReaderTest {
  @ParameterizedTest
  @ValueSource(ints = {98, 99, 100, 101, 102})
  void aSlashWhereTheHeaderIsCutMakesNoFolder(int length) throws IOException {
    for (var slash : new int[] {length - 2, 99}) {
      var name = new StringBuilder("n".repeat(length));
      if (slash < length - 1) {
        name.setCharAt(slash, '/');
      }
      for (var kind : new Kind[] {Kind.FILE, Kind.FOLDER}) {
        var archive = archive(entry(kind, name.toString(), Map.of()));
        var read = new TarReader(new ByteArrayInputStream(archive)).next().orElseThrow();
        assertThat(read.kind()).isEqualTo(kind);
        assertThat(read.name()).isEqualTo(kind == Kind.FILE ? name.toString() : name + "/");
      }
    }
  }

  @Test
  void anArchiveHasAnEnd() throws IOException {
    var archive = archive(entry(Kind.FOLDER, "f", Map.of()));
    assertThat(members(archive)).isEqualTo(1);
    for (var length : new int[] {0, 512, 700, 1023}) {
      assertThatThrownBy(() -> members(Arrays.copyOf(archive, length)))
          .isInstanceOf(BerthException.class)
          .hasMessageContaining(length % 512 == 0 ? "too early" : "a header that is none");
    }
  }

  @Test
  void headersTakeAtMostAMebibyte() throws IOException {
    var fits = entry(Kind.FOLDER, "f", Map.of("user.a", new byte[900 << 10]));
    assertThat(members(archive(fits, fits, fits))).isEqualTo(3);
    var large = entry(Kind.FOLDER, "f", Map.of("user.a", new byte[1 << 20]));
    assertThatThrownBy(() -> members(archive(large))).hasMessageContaining("a header of");
  }

  private static int members(byte[] archive) throws IOException {
    var reader = new TarReader(new ByteArrayInputStream(archive));
    var count = 0;
    while (reader.next().isPresent()) {
      count++;
    }
    return count;
  }

  private static byte[] archive(TarEntry... entries) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var tar = new TarWriter(bytes);
    for (var entry : entries) {
      tar.begin(entry);
      tar.end();
    }
    tar.finish();
    return bytes.toByteArray();
  }

  private static TarEntry entry(Kind kind, String name, Map<String, byte[]> attributes) {
    return new TarEntry(
        kind, name, "", 0644, 0, 0, 0, Instant.ofEpochSecond(1), attributes, Optional.empty());
  }
}

package berth.controller.cli;

import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.WindowSize;
import berth.protocol.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
  @TempDir private Path folder;

  @Test
  void aCharacterThatIsCutIsWholeInTheRecording() throws IOException {
    var file = folder.resolve("demo.cast");
    var bytes = "a\u20acb".getBytes(StandardCharsets.UTF_8);
    try (var recording = Recording.to(file, new WindowSize(80, 24), "xterm", "demo")) {
      recording.output(Arrays.copyOf(bytes, 2));
      recording.output(Arrays.copyOfRange(bytes, 2, bytes.length));
      recording.resized(new WindowSize(132, 50));
    }
    var lines = Files.readAllLines(file);
    var head = Wire.json().readTree(lines.getFirst());
    assertThat(head.get("version").asInt()).isEqualTo(2);
    assertThat(head.get("width").asInt()).isEqualTo(80);
    assertThat(event(lines.get(1))).isEqualTo("o:a");
    assertThat(event(lines.get(2))).isEqualTo("o:\u20acb");
    assertThat(event(lines.get(3))).isEqualTo("r:132x50");
  }

  private static String event(String line) throws IOException {
    var event = Wire.json().readTree(line);
    assertThat(event.get(0).isNumber()).isTrue();
    return event.get(1).asText() + ":" + event.get(2).asText();
  }
}

package berth.agent.exec;

import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.Wire;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class LongEntryTest {
  @Test
  void aLongMessageIsCutAndSaysSo() throws IOException {
    var entry = shortened("{\"__CURSOR\":\"s=1\",\"MESSAGE\":\"" + "x".repeat(100_000) + "\"}");
    assertThat(entry.path("__CURSOR").asText()).isEqualTo("s=1");
    assertThat(entry.path("MESSAGE").asText())
        .startsWith("xxx")
        .endsWith("x (the first 16384 of 100000 characters)");
  }

  @Test
  void ofBytesItIsTheSame() throws IOException {
    var entry = shortened("{\"MESSAGE\":[" + "120,".repeat(50_000) + "7],\"PRIORITY\":\"6\"}");
    assertThat(entry.path("MESSAGE").asText()).startsWith("xxx").endsWith("of 50001 characters)");
    assertThat(entry.path("PRIORITY").asText()).isEqualTo("6");
  }

  @Test
  void whatWasReadOfALineThatWasCutIsShown() throws IOException {
    var entry = shortened("{\"__CURSOR\":\"s=1\",\"MESSAGE\":\"" + "x".repeat(1 << 20));
    assertThat(entry.path("__CURSOR").asText()).isEqualTo("s=1");
    assertThat(entry.path("MESSAGE").asText())
        .isEqualTo("(a message of more than 1048576 characters)");
  }

  private static JsonNode shortened(String line) throws IOException {
    return Wire.json().readTree(LongEntry.shortened(line));
  }
}

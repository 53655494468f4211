package berth.controller.broker;

import static berth.controller.broker.Client.await;
import static berth.controller.broker.Client.next;
import static berth.controller.broker.EmbeddedBrokerIT.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker's process dies by SIGKILL. */
class BrokerKillIT {

  private final Vertx vertx = Vertx.vertx();
  private Process process;

  @AfterEach
  void endAll() throws InterruptedException {
    process.destroyForcibly().waitFor();
    await(vertx.close());
  }

  @Test
  void whatWasAcknowledgedForAnOfflineSessionIsThereAfterwards(@TempDir Path folder)
      throws Exception {
    int port = EmbeddedBrokerIT.freePort();
    start(port, folder);
    client(port, "agent-offline", "t/command").leave();
    var writer = client(port, "controller");
    await(
        Future.all(
            IntStream.range(0, 200)
                .mapToObj(i -> writer.publish(message("t/command", "" + i)))
                .toList()));
    await(writer.publish(message("t/presence", "offline").asRetained()));

    process.destroyForcibly().waitFor();
    writer.leave();
    start(port, folder);

    var offline = client(port, "agent-offline", "t/command");
    assertThat(next(offline.connected)).as("session present").isTrue();
    var came = new ArrayList<String>();
    while (came.size() < 200) {
      came.add(next(offline.received).payload().toString());
    }
    assertThat(came)
        .containsExactlyElementsOf(IntStream.range(0, 200).mapToObj(i -> "" + i).toList());
    var reader = client(port, "reader", "t/presence");
    var kept = next(reader.received);
    assertThat(kept.payload().toString()).isEqualTo("offline");
    assertThat(kept.retained()).isTrue();
    offline.leave();
    reader.leave();
  }

  private Client client(int port, String clientId, String... filters) {
    return new Client(vertx, "127.0.0.1", port, clientId, filters);
  }

  private void start(int port, Path folder) throws IOException {
    process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx192m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-cp",
                    System.getProperty("java.class.path"),
                    BrokerMain.class.getName(),
                    Integer.toString(port),
                    folder.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line;
    do {
      line = output.readLine();
      assertThat(line).as("the broker ended").isNotNull();
    } while (!line.equals("listening"));
  }
}

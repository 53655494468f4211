package berth.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.model.OperationView.State;
import berth.protocol.OperationId;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Following an operation over HTTP. */
class OperationsIT {
  @TempDir private Path folder;
  private ApiServer server;
  private OperationId id;
  private String address;

  @BeforeEach
  void start() throws Exception {
    server = new ApiServer(folder);
    var accepted =
        server.post("/api/v1/hosts/lab1/containers", "{\"name\":\"web\",\"image\":\"a\"}");
    address = accepted.headers().firstValue("Location").orElseThrow();
    id = OperationId.of(ApiServer.json(accepted).get("id").asText());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void withARevisionItAnswersAtTheNextChange() throws Exception {
    var answer = later("?wait=60&after=1");
    Eventually.holds(() -> server.operations.waiters(id) == 1);
    server.operations.move(id, State.RUNNING);

    assertThat(ApiServer.json(answer.join()).get("revision").asLong()).isEqualTo(2);
  }

  @Test
  void withAnOlderRevisionItAnswersAtOnce() throws Exception {
    var answer = server.get(address + "?wait=60&after=0");

    assertThat(ApiServer.json(answer).get("revision").asLong()).isEqualTo(1);
  }

  @Test
  void withoutARevisionItAnswersAtTheEnd() throws Exception {
    var answer = later("?wait=60");
    Eventually.holds(() -> server.operations.waiters(id) == 1);
    server.operations.move(id, State.RUNNING);
    Eventually.holds(() -> server.operations.waiters(id) == 1);
    server.operations.move(id, State.SUCCEEDED);

    assertThat(ApiServer.json(answer.join()).get("state").asText()).isEqualTo("SUCCEEDED");
  }

  @Test
  void aWaitOfMoreThanAMinuteIsRefused() throws Exception {
    var answer = server.get(address + "?wait=61");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("a whole number from 0 to 60");
  }

  @Test
  void aCancelIsAcceptedAndAnUnknownOperationIsNot() throws Exception {
    var cancelled = server.send(server.request(address + "/cancel").POST(BodyPublishers.noBody()));
    var unknown =
        server.send(
            server
                .request("/api/v1/operations/" + OperationId.next() + "/cancel")
                .POST(BodyPublishers.noBody()));

    assertThat(cancelled.statusCode()).isEqualTo(202);
    assertThat(cancelled.headers().firstValue("Location")).hasValue(address);
    assertThat(unknown.statusCode()).isEqualTo(404);
  }

  @Test
  void operationsAreListedNewestFirstAPageAtATime() throws Exception {
    server.post("/api/v1/hosts/lab1/containers/web/start", "{}");
    server.operations.move(id, State.FAILED);

    var newest = ApiServer.json(server.get("/api/v1/operations?limit=1")).get("operations");
    assertThat(newest).hasSize(1);
    assertThat(newest.get(0).get("summary").asText()).isEqualTo("start lab1/web");
    var before = newest.get(0).get("id").asText();
    var older = ApiServer.json(server.get("/api/v1/operations?before=" + before));
    assertThat(older.findValuesAsText("summary")).containsExactly("create lab1/web");
    var failed = ApiServer.json(server.get("/api/v1/operations?state=FAILED"));
    assertThat(failed.findValuesAsText("summary")).containsExactly("create lab1/web");
  }

  private CompletableFuture<HttpResponse<String>> later(String query) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return server.get(address + query);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        Executors.newVirtualThreadPerTaskExecutor());
  }
}

package berth.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What HTTP itself asks of a server, and what no client should send. */
class EdgesIT {
  private static final String CREATE = "/api/v1/hosts/lab1/containers";

  @TempDir private static Path folder;
  private static ApiServer server;

  @BeforeAll
  static void start() throws Exception {
    server = new ApiServer(folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/api", "/api/v2/hosts", "/api/v1/hosts/lab1/nothing", "/favicon.ico"})
  void anUnknownPathIsAProblem(String path) throws Exception {
    var answer = server.get(path);

    assertProblem(answer, 404, "there is nothing at " + path);
  }

  @Test
  void aWrongMethodIsToldTheRightOnes() throws Exception {
    var answer =
        server.send(
            server.request("/api/v1/hosts/lab1/containers/web").PUT(BodyPublishers.noBody()));

    assertProblem(answer, 405, "PUT is not for /api/v1/hosts/{host}/containers/{name}");
    assertThat(answer.headers().firstValue("Allow")).hasValue("GET, DELETE, PATCH");
  }

  @Test
  void optionsAreTold() throws Exception {
    var answer = server.send(server.request(CREATE).method("OPTIONS", BodyPublishers.noBody()));

    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.headers().firstValue("Allow")).hasValue("POST");
  }

  @Test
  void aHeadIsAGetWithoutTheBody() throws Exception {
    var get = server.get("/api/v1/hosts");
    var head = server.send(server.request("/api/v1/hosts").HEAD());

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("Content-Length"))
        .hasValue(String.valueOf(get.body().getBytes(StandardCharsets.UTF_8).length));
  }

  @Test
  void aHeadOfAStreamIsRefused() throws Exception {
    var answer = server.send(server.request("/api/v1/events").HEAD());

    assertThat(answer.statusCode()).isEqualTo(405);
  }

  @Test
  void aClientThatTakesNothingOfOursIsTold() throws Exception {
    assertProblem(
        server.get("/api/v1/hosts", "Accept", "text/html"), 406, "nothing that the Accept header");
    assertProblem(
        server.get("/api/v1/hosts", "Accept", "application/json;q=0, text/*"), 406, "nothing");
    assertThat(server.get("/api/v1/hosts", "Accept", "text/html, */*;q=0.1").statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/jsonp"})
  void aBodyThatIsNotSaidToBeJsonIsRefused(String type) throws Exception {
    var request =
        server
            .request(CREATE)
            .header("Content-Type", type)
            .POST(BodyPublishers.ofString("{\"name\":\"web\",\"image\":\"a\"}"));

    assertProblem(server.send(request), 415, "the body is not said to be JSON");
  }

  @Test
  void aBodyOfTwentyMegabytesIsRefusedHoweverItComes() throws Exception {
    var body = new byte[20 * 1024 * 1024];
    var announced = server.request(CREATE).POST(BodyPublishers.ofByteArray(body));
    var chunked =
        server
            .request(CREATE)
            .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));

    for (var request : List.of(announced, chunked)) {
      var answer = server.send(request.header("Content-Type", "application/json"));
      assertProblem(answer, 413, "the body is more than 1048576 bytes");
    }
    assertThat(server.operations.submitted).isEmpty();
  }

  @Test
  void aBodyWithoutEndIsNotReadForever() throws IOException {
    try (var socket = server.connect()) {
      var out = socket.getOutputStream();
      out.write(
          ("POST "
                  + CREATE
                  + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                  + "Transfer-Encoding: chunked\r\n\r\n")
              .getBytes(StandardCharsets.ISO_8859_1));
      var chunk =
          ("100000\r\n" + "x".repeat(0x100000) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
      var sent = 0;
      try {
        while (sent < 2000) {
          out.write(chunk);
          sent++;
        }
      } catch (IOException _) {
        // the server hung up
      }
      assertThat(sent).isBetween(200, 400);
    }
  }

  @Test
  void aClientThatAsksFirstIsRefusedBeforeItSends() throws IOException {
    var answer =
        server.exchange(
            "POST "
                + CREATE
                + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Content-Length: 20000000\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 413 ").doesNotContain("100 Continue");
  }

  @Test
  void aClientThatAsksFirstIsToldToGoOn() throws IOException {
    var body = "{\"name\":\"x y\",\"image\":\"a\"}";
    var answer =
        server.exchange(
            "POST "
                + CREATE
                + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Content-Length: "
                + body.length()
                + "\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
                + body);

    assertThat(answer).startsWith("HTTP/1.1 100 Continue").contains("HTTP/1.1 400 ");
  }

  @Test
  void anAddressThatIsTooLongIsAProblem() throws IOException {
    var answer = server.exchange("GET /" + "x".repeat(9000) + " HTTP/1.1\r\nHost: x\r\n\r\n");

    assertThat(answer)
        .startsWith("HTTP/1.0 414 ")
        .contains("application/problem+json")
        .contains("the address is too long");
  }

  @Test
  void headersThatAreTooLongAreAProblem() throws IOException {
    var answer =
        server.exchange("GET / HTTP/1.1\r\nHost: x\r\nA: " + "x".repeat(9000) + "\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 431 ").contains("the headers are too long");
  }

  @Test
  void whatIsNoHttpIsAProblem() throws IOException {
    var answer = server.exchange("hello\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.0 400 ").contains("application/problem+json");
  }

  @Test
  void aBrokenPercentEncodingIsAProblem() throws IOException {
    var answer =
        server.exchange("GET /api/v1/hosts/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 400 ").contains("bad path /api/v1/hosts/%zz");
  }

  @Test
  void aDefectIsToldByANumberAlone() throws Exception {
    server.fleet.defect = () -> new IllegalStateException("jdbc:sqlite:/secret");
    try {
      var answer = server.get("/api/v1/hosts");

      assertProblem(answer, 500, "a defect of Berth's, incident ");
      assertThat(answer.body()).doesNotContain("secret", "java.", "Exception", "at berth");
    } finally {
      server.fleet.defect = null;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"NOT_FOUND 404", "CONFLICT 409", "NO_SPACE 507", "UNAVAILABLE 503", "DENIED 403"})
  void aProblemHasTheStatusOfItsCode(String codeAndStatus) throws Exception {
    var code = ProblemCode.valueOf(codeAndStatus.split(" ", 2)[0]);
    server.fleet.defect = () -> new BerthException(code, "for the test", "do this");
    try {
      var answer = server.get("/api/v1/hosts");

      var problem =
          assertProblem(answer, Integer.parseInt(codeAndStatus.split(" ", 2)[1]), "for the test");
      assertThat(problem.get("code").asText()).isEqualTo(code.name());
      assertThat(problem.get("remedy").asText()).isEqualTo("do this");
      assertThat(problem.get("type").asText())
          .isEqualTo("urn:berth:problem:" + code.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    } finally {
      server.fleet.defect = null;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1",
        "/healthz",
        "/api/v1/prometheus/targets",
        "/api/v1/hosts",
        "/api/v1/hosts/{host}",
        "/api/v1/containers",
        "/api/v1/hosts/{host}/containers/{name}",
        "/api/v1/images",
        "/api/v1/pools",
        "/api/v1/operations",
        "/api/v1/operations/{id}",
        "/api/v1/events",
      })
  void whatIsAnsweredFitsTheOpenApiDocument(String template) throws Exception {
    server.events.write(3);
    var accepted = server.post(CREATE, "{\"name\":\"web\",\"image\":\"a\"}");
    var id = ApiServer.json(accepted).get("id").asText();
    server.operations.submitted.clear();
    var path = template.replace("{host}", "lab1").replace("{name}", "web").replace("{id}", id);

    var answer = server.get(path);

    assertThat(answer.statusCode()).isEqualTo(200);
    var described = OpenApi.DOCUMENT.get("paths").get(template).at("/get/responses/200/content");
    var schema = described.at("/application~1json/schema");
    assertThat(OpenApi.misfit(schema, ApiServer.json(answer))).isEmpty();
    assertThat(OpenApi.misfit(OpenApi.schema("OperationView"), ApiServer.json(accepted))).isEmpty();
  }

  @Test
  void theDocumentIsServed() throws Exception {
    assertThat(ApiServer.json(server.get("/api/v1/openapi.json"))).isEqualTo(OpenApi.DOCUMENT);
  }

  private static JsonNode assertProblem(HttpResponse<String> answer, int status, String detail)
      throws IOException {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    var problem = ApiServer.json(answer);
    assertThat(problem.get("detail").textValue()).contains(detail);
    assertThat(OpenApi.misfit(OpenApi.schema("ProblemDetails"), problem)).isEmpty();
    return problem;
  }
}

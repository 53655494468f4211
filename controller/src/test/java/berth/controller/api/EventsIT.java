package berth.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.Wire;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events over HTTP: pages, and a stream that can be resumed anywhere. */
class EventsIT {
  @TempDir private Path folder;
  private ApiServer server;

  @BeforeEach
  void start() throws Exception {
    server = new ApiServer(folder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aPageHasTheNewestOrWhatComesAfter() throws Exception {
    IntStream.rangeClosed(1, 10).forEach(_ -> server.events.write(1));

    assertThat(ids(server.get("/api/v1/events?limit=3").body())).containsExactly(8, 9, 10);
    assertThat(ids(server.get("/api/v1/events?after=2&limit=3").body())).containsExactly(3, 4, 5);
    assertThat(ids(server.get("/api/v1/events?after=10").body())).isEmpty();
  }

  @Test
  void aStreamBeginsNowOrAfterWhatTheClientHasSeen() throws Exception {
    IntStream.rangeClosed(1, 5).forEach(_ -> server.events.write(1));

    try (var fromNow = open();
        var byHeader = open("Last-Event-ID", "3");
        var byQuery = open("/api/v1/events?after=2");
        var both = open("/api/v1/events?after=2", "Last-Event-ID", "4");
        var fromTheFuture = open("Last-Event-ID", "4000")) {
      server.events.write(1);

      assertThat(read(fromNow, 1)).containsExactly(6);
      assertThat(read(byHeader, 3)).containsExactly(4, 5, 6);
      assertThat(read(byQuery, 4)).containsExactly(3, 4, 5, 6);
      assertThat(read(both, 2)).containsExactly(5, 6);
      assertThat(read(fromTheFuture, 1)).containsExactly(6);
    }
  }

  @Test
  void anEventCarriesItsIdItsKindAndItself() throws Exception {
    server.events.write(1);
    try (var stream = open("Last-Event-ID", "0")) {
      assertThat(stream.readLine()).isEqualTo("retry: 1000");
      assertThat(stream.readLine()).isEmpty();
      assertThat(stream.readLine()).isEqualTo("id: 1");
      assertThat(stream.readLine()).isEqualTo("event: container-started");
      var data = stream.readLine();
      assertThat(data).startsWith("data: ");
      var event = Wire.json().readTree(data.substring(6));
      assertThat(OpenApi.misfit(OpenApi.schema("FleetEvent"), event)).isEmpty();
      assertThat(stream.readLine()).isEmpty();
    }
  }

  @Test
  void betweenReplayAndLiveThereIsNeitherGapNorDuplicate() throws Exception {
    var count = 3000;
    IntStream.range(0, 1000).forEach(_ -> server.events.write(1));
    try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var writer = 0; writer < 4; writer++) {
        writers.execute(() -> IntStream.range(0, 500).forEach(_ -> server.events.write(1)));
      }
      try (var early = open("Last-Event-ID", "0");
          var late = open("Last-Event-ID", "700")) {
        assertThat(read(early, count)).isEqualTo(IntStream.rangeClosed(1, count).boxed().toList());
        assertThat(read(late, count - 700))
            .isEqualTo(IntStream.rangeClosed(701, count).boxed().toList());
      }
    }
  }

  @Test
  void aClientThatDoesNotReadIsNotReadFor() throws Exception {
    try (var socket = server.connect()) {
      socket
          .getOutputStream()
          .write(
              ApiServer.head(
                  "GET /api/v1/events HTTP/1.1",
                  "Host: x",
                  "Accept: text/event-stream",
                  "Last-Event-ID: 0"));
      Eventually.holds(() -> !server.events.subscribers.isEmpty());
      IntStream.range(0, 400).forEach(_ -> server.events.write(256 * 1024));
      Eventually.holds(() -> server.events.reads.get() > 0);

      var reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      assertThat(read(reader, 400)).isEqualTo(IntStream.rangeClosed(1, 400).boxed().toList());
    }
  }

  @Test
  void aClientThatGoesAwayIsForgotten() throws Exception {
    try (var socket = server.connect()) {
      socket
          .getOutputStream()
          .write(
              ApiServer.head(
                  "GET /api/v1/events HTTP/1.1", "Host: x", "Accept: text/event-stream"));
      Eventually.holds(() -> server.events.subscribers.size() == 1);
    }
    Eventually.holds(() -> server.events.subscribers.isEmpty());
  }

  @Test
  void aBadLastEventIdIsRefused() throws Exception {
    var answer =
        server.get("/api/v1/events", "Accept", "text/event-stream", "Last-Event-ID", "yesterday");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("bad Last-Event-ID");
  }

  private BufferedReader open(String... headers) throws Exception {
    return headers.length % 2 == 1
        ? open(headers[0], List.of(headers).subList(1, headers.length))
        : open("/api/v1/events", List.of(headers));
  }

  /** A stream that has begun: what is written from now on is live for it. */
  private BufferedReader open(String path, List<String> headers) throws Exception {
    var request = server.request(path).header("Accept", "text/event-stream");
    if (!headers.isEmpty()) {
      request.headers(headers.toArray(String[]::new));
    }
    var answer = server.send(request, BodyHandlers.ofInputStream());
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
    return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }

  private static List<Integer> read(BufferedReader stream, int count) throws IOException {
    var ids = new ArrayList<Integer>();
    while (ids.size() < count) {
      var line = stream.readLine();
      if (line.startsWith("id: ")) {
        ids.add(Integer.parseInt(line.substring(4)));
      }
    }
    return ids;
  }

  private static List<Integer> ids(String page) throws IOException {
    return Wire.json().readTree(page).get("events").findValues("id").stream()
        .map(id -> id.asInt())
        .toList();
  }
}

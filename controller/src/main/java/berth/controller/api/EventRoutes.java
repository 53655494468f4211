package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.Request;
import berth.controller.fleet.EventLog;
import berth.controller.model.FleetEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What happened in the fleet: a page of it, or a stream that goes on. */
final class EventRoutes {
  private static final long MAX_LIMIT = 1000;
  private static final long DEFAULT_LIMIT = 100;
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

  private final Vertx vertx;
  private final EventLog log;

  EventRoutes(Vertx vertx, EventLog log) {
    this.vertx = vertx;
    this.log = log;
  }

  record Events(List<FleetEvent> events) {}

  Future<Answer> events(Request request) {
    var after = request.number("after", 0, Long.MAX_VALUE);
    return request.mediaType().equals(HttpApi.EVENT_STREAM)
        ? stream(lastSeen(request).or(() -> after))
        : page(after, request.number("limit", 1, MAX_LIMIT).orElse(DEFAULT_LIMIT).intValue());
  }

  private Future<Answer> page(Optional<Long> after, int limit) {
    var found = after.map(id -> log.after(id, limit)).orElseGet(() -> log.latest(limit));
    return found.map(events -> Answer.json(new Events(events)));
  }

  /** A stream without a beginning begins now; one from the future, of another log, too. */
  private Future<Answer> stream(Optional<Long> after) {
    return log.latest(1)
        .map(latest -> latest.isEmpty() ? 0 : latest.getLast().id())
        .map(newest -> Math.min(after.orElse(newest), newest))
        .map(begin -> asked -> new EventStream(vertx, log, asked, begin).send(KEEP_ALIVE));
  }

  private static Optional<Long> lastSeen(Request request) {
    return request
        .header("Last-Event-ID")
        .map(text ->
            Request.checked(() -> {
              if (!text.matches("[0-9]{1,18}")) {
                throw new IllegalArgumentException(
                    "bad Last-Event-ID \"" + text + "\": the id of an event");
              }
              return Long.valueOf(text);
            }));
  }
}

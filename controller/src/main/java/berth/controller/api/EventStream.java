package berth.controller.api;

import berth.controller.fleet.EventLog;
import berth.controller.model.FleetEvent;
import berth.protocol.Wire;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Server-sent events (WHATWG HTML, section 9.2) out of the log. The log is the only source, also
 * for what happens now: news of an event only makes it read on from the last id it wrote. So there
 * is neither gap nor duplicate between replay and live, and nothing piles up for a slow client: it
 * is not read for, and is cut off when it takes nothing for a while. It can resume where it was.
 */
final class EventStream {
  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
  private static final int PAGE = 256;

  private final Vertx vertx;
  private final EventLog log;
  private final HttpConnection connection;
  private final HttpServerResponse response;
  private final Context context = Vertx.currentContext();
  private long last;
  private long timer;
  private EventLog.Subscription subscription;
  private boolean over;
  private boolean reading;
  private boolean news;
  private boolean quiet;
  private boolean stuck;

  /** A stream of what comes after an id. */
  EventStream(Vertx vertx, EventLog log, HttpServerRequest request, long after) {
    this.vertx = vertx;
    this.log = log;
    this.connection = request.connection();
    this.response = request.response();
    this.last = after;
  }

  Future<Void> send(Duration keepAlive) {
    subscription = log.subscribe(_ -> context.runOnContext(_ -> readOn()));
    timer = vertx.setPeriodic(keepAlive.toMillis(), _ -> tick());
    response.closeHandler(_ -> stop());
    response
        .setChunked(true)
        .putHeader(HttpHeaders.CONTENT_TYPE, HttpApi.EVENT_STREAM)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .drainHandler(_ -> drained());
    var begun = response.write("retry: 1000\n\n");
    readOn();
    return begun;
  }

  private void drained() {
    stuck = false;
    readOn();
  }

  private void readOn() {
    news = true;
    if (reading || over || response.writeQueueFull()) {
      return;
    }
    news = false;
    reading = true;
    log.after(last, PAGE)
        .onSuccess(page -> context.runOnContext(_ -> write(page)))
        .onFailure(failure -> context.runOnContext(_ -> hangUp("the log can't be read", failure)));
  }

  private void write(List<FleetEvent> page) {
    reading = false;
    if (over) {
      return;
    }
    for (var event : page) {
      response.write(block(event));
      last = event.id();
      quiet = false;
    }
    if (news || page.size() == PAGE) {
      readOn();
    }
  }

  /** Shows both ends that the other is there, and lets go of a client that takes nothing. */
  private void tick() {
    if (stuck && response.writeQueueFull()) {
      hangUp("the client does not read", null);
    } else if (response.writeQueueFull()) {
      stuck = true;
    } else {
      stuck = false;
      if (quiet) {
        response.write(": still here\n\n");
      }
      quiet = true;
    }
  }

  /** Nothing is read for it any more; the connection ends once what is under way was taken. */
  private void hangUp(String reason, Throwable failure) {
    LOG.info("last={} an event stream is cut off: {}", last, reason, failure);
    stop();
    connection.close();
  }

  private void stop() {
    over = true;
    subscription.close();
    vertx.cancelTimer(timer);
  }

  private static Buffer block(FleetEvent event) {
    var data = new String(Wire.write(event), StandardCharsets.UTF_8);
    return Buffer.buffer(
        "id: %d\nevent: %s\ndata: %s\n\n".formatted(event.id(), event.kind(), data));
  }
}

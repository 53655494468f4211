package berth.protocol.mqtt;

import berth.protocol.mqtt.MqttLinkOptions.Subscription;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Makes links for a test, and stops those that it made. */
final class LinkFixture implements AutoCloseable {

  /** Slow enough for a machine that does other things too. */
  static final MqttLinkOptions.Timing CALM =
      new MqttLinkOptions.Timing(
          Duration.ofSeconds(20),
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(40));

  final Vertx vertx = Vertx.vertx();
  private final List<MqttLink> links = new ArrayList<>();

  /** Options with which a test need not wait long for anything. */
  static MqttLinkOptions options(int port, String clientId, String... filters) {
    var subscriptions = new ArrayList<Subscription>();
    for (var filter : filters) {
      subscriptions.add(new Subscription(filter, Qos.AT_LEAST_ONCE));
    }
    return MqttLinkOptions.of("127.0.0.1", port, clientId)
        .with(CALM)
        .with(new Backoff(Duration.ofMillis(20), Duration.ofMillis(200)))
        .subscribing(subscriptions.toArray(Subscription[]::new));
  }

  MqttLink link(MqttLinkOptions options, MqttLink.Listener listener) {
    return link(options, Optional::empty, listener);
  }

  MqttLink link(
      MqttLinkOptions options, Supplier<Optional<Outgoing>> will, MqttLink.Listener listener) {
    var link = new MqttLink(vertx, options, will, listener);
    links.add(link);
    return link;
  }

  /** A started and connected link. */
  MqttLink connected(MqttLinkOptions options, MqttLink.Listener listener) {
    var link = link(options, listener);
    await(link.start());
    return link;
  }

  static <T> T await(Future<T> future) {
    try {
      return future.await(30, TimeUnit.SECONDS);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError("not done within 30 s", e);
    }
  }

  /** Waits, and gives the failure, or null where there was none. */
  static Throwable failureOf(Future<?> future) {
    return await(future.transform(done -> Future.succeededFuture(done.cause())));
  }

  static Buffer text(String text) {
    return Buffer.buffer(text);
  }

  @Override
  public void close() {
    links.forEach(link -> await(link.stop()));
    await(vertx.close());
  }
}

package berth.protocol.mqtt;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lasting MQTT 5 connection to one broker. It connects with a session that outlives connections,
 * subscribes, notices a dead peer, and reconnects for as long as it is started.
 *
 * <p>The listener, and whoever waits for {@link #publish}, are called on the context on which
 * {@link #start} was called, and must not block it. {@code start} is called once; everything else
 * may be called from any thread.
 */
public final class MqttLink implements Publisher {

  /** What happens on a link. */
  public interface Listener {

    /**
     * Connected, and the subscriptions hold. Messages which the broker had kept may have come
     * before this call.
     *
     * @param sessionPresent false where the broker had no session for us, so messages sent to us
     *     meanwhile are lost
     */
    void connected(boolean sessionPresent);

    /** The connection is lost; the link tries again by itself. Follows each {@link #connected}. */
    void disconnected(LinkException.Down reason);

    /**
     * A message came in; see {@link Received#acknowledge}. Acknowledge soon: HiveMQ sends nothing
     * newer before. For the same reason a message whose listener throws is logged as a bug and
     * acknowledged, as it would throw again.
     */
    void received(Received message);
  }

  private static final Logger LOG = LoggerFactory.getLogger(MqttLink.class);

  private final Vertx vertx;
  private final MqttLinkOptions options;
  private final Supplier<Optional<Outgoing>> will;
  private final Listener listener;
  private final List<Runnable> connectedActions = new ArrayList<>();
  private final Promise<Void> firstConnected = Promise.promise();
  private volatile Context context;
  private volatile boolean connected;
  private Connection connection;
  private boolean stopped;
  private int failures;
  private long readyNanos;
  private long retryTimer = -1;

  /**
   * A link that does nothing before {@link #start}.
   *
   * @param will asked before each attempt for what the broker shall publish when this connection is
   *     lost; an expiry is not carried
   */
  public MqttLink(
      Vertx vertx, MqttLinkOptions options, Supplier<Optional<Outgoing>> will, Listener listener) {
    this.vertx = vertx;
    this.options = options;
    this.will = will;
    this.listener = listener;
  }

  /** Begins to connect, and to reconnect for ever. Done when connected for the first time. */
  public Future<Void> start() {
    if (context != null) {
      throw new IllegalStateException("the link was started before");
    }
    context = vertx.getOrCreateContext();
    run(this::connect);
    return firstConnected.future();
  }

  /**
   * Disconnects cleanly: the broker does not publish the will. Messages still unacknowledged fail
   * as {@link LinkException.Down}; wait for them first where they matter. Done after a few seconds
   * even where the broker does not answer.
   */
  public Future<Void> stop() {
    var done = Promise.<Void>promise();
    if (context == null) {
      return Future.succeededFuture();
    }
    run(() -> {
      stopped = true;
      vertx.cancelTimer(retryTimer);
      firstConnected.tryFail(new LinkException.Down("stopped"));
      var left = connection == null ? Future.<Void>succeededFuture() : connection.leave();
      left.onComplete(done);
    });
    return done.future();
  }

  /** Whether the link is connected and subscribed at this moment. */
  public boolean isConnected() {
    return connected;
  }

  @Override
  public Future<Void> publish(Outgoing message) {
    if (context == null) {
      return Future.failedFuture(new LinkException.Down("not started"));
    }
    var promise = Promise.<Void>promise();
    run(() -> {
      if (connection == null) {
        promise.fail(new LinkException.Down("not connected"));
      } else {
        connection.publish(message, promise);
      }
    });
    return promise.future();
  }

  @Override
  public void whenConnected(Runnable action) {
    synchronized (connectedActions) {
      connectedActions.add(action);
    }
    if (connected) {
      run(action);
    }
  }

  private void connect() {
    if (!stopped) {
      connection = new Connection(vertx, context, options, will.get(), new ConnectionEvents());
      connection.open();
    }
  }

  private void run(Runnable action) {
    if (context.equals(Vertx.currentContext())) {
      action.run();
    } else {
      context.runOnContext(_ -> action.run());
    }
  }

  /** The listener is not ours: what it throws must not end the connection half way. */
  private static boolean guard(String what, Runnable call) {
    try {
      call.run();
      return true;
    } catch (RuntimeException bug) {
      LOG.error("the link's listener failed on {}", what, bug);
      return false;
    }
  }

  private final class ConnectionEvents implements Connection.Events {

    @Override
    public void ready(boolean sessionPresent) {
      LOG.info(
          "connected to {}:{} as {}, session {}",
          options.host(),
          options.port(),
          options.clientId(),
          sessionPresent ? "resumed" : "new");
      readyNanos = System.nanoTime();
      connected = true;
      guard("connected", () -> listener.connected(sessionPresent));
      List<Runnable> actions;
      synchronized (connectedActions) {
        actions = List.copyOf(connectedActions);
      }
      actions.forEach(action -> guard("connected", action));
      firstConnected.tryComplete();
    }

    @Override
    public void received(Received message) {
      if (!guard("a message to " + message.topic(), () -> listener.received(message))) {
        message.acknowledge();
      }
    }

    @Override
    public void closed(LinkException.Down reason) {
      boolean wasConnected = connected;
      connected = false;
      connection = null;
      if (wasConnected && System.nanoTime() - readyNanos > steadyNanos()) {
        failures = 0;
      }
      if (!stopped) {
        Duration delay = options.backoff().delay(failures++, ThreadLocalRandom.current());
        LOG.warn("{}; trying again in {} ms", reason.getMessage(), delay.toMillis());
        retryTimer = vertx.setTimer(Math.max(1, delay.toMillis()), _ -> connect());
      }
      if (wasConnected) {
        guard("disconnected", () -> listener.disconnected(reason));
      }
    }

    /** Two clients with one id push each other out at once; that must not count as a success. */
    private long steadyNanos() {
      return options.timing().heartbeat().toNanos();
    }
  }
}

package berth.agent.report;

import berth.protocol.HostId;
import berth.protocol.Topics;
import berth.protocol.Wire;
import berth.protocol.mqtt.LinkException;
import berth.protocol.mqtt.Outgoing;
import berth.protocol.mqtt.Publisher;
import berth.protocol.state.HostFacts;
import berth.protocol.state.HostState;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the host whole, retained: at each connection, when asked, soon after events, and now
 * and then for what changes without one (how full a pool is).
 */
public final class Inventory {
  private static final Logger LOG = LoggerFactory.getLogger(Inventory.class);

  /** The retained state lags this much behind events at most, and building it. */
  private static final Duration AFTER_EVENTS = Duration.ofSeconds(2);

  private static final Duration NOW_AND_THEN = Duration.ofMinutes(1);

  private final Vertx vertx;
  private final Context context;
  private final HostId host;
  private final long epoch;
  private final LongSupplier sequence;
  private final Supplier<HostFacts> facts;
  private final InventorySources sources;
  private final Publisher publisher;
  private final InstantSource clock;
  private boolean building;
  private boolean again;
  private boolean soon;

  /**
   * The picture of one epoch of a host.
   *
   * @param sequence the number of the newest event
   */
  public Inventory(
      Vertx vertx,
      HostId host,
      long epoch,
      LongSupplier sequence,
      Supplier<HostFacts> facts,
      InventorySources sources,
      Publisher publisher,
      InstantSource clock) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.host = host;
    this.epoch = epoch;
    this.sequence = sequence;
    this.facts = facts;
    this.sources = sources;
    this.publisher = publisher;
    this.clock = clock;
  }

  /** Publishes at each connection from now on, and now and then. */
  public void start() {
    publisher.whenConnected(this::publish);
    vertx.setPeriodic(NOW_AND_THEN.toMillis(), _ -> publish());
  }

  /** Publishes what is there now. Returns at once, on any thread. */
  public void publish() {
    context.runOnContext(_ -> {
      if (building) {
        again = true;
      } else {
        build();
      }
    });
  }

  /** Something happened: publishes soon, once for all that happens until then. Any thread. */
  public void changed() {
    context.runOnContext(_ -> {
      if (!soon) {
        soon = true;
        vertx.setTimer(AFTER_EVENTS.toMillis(), _ -> changedWhileAgo());
      }
    });
  }

  private void changedWhileAgo() {
    soon = false;
    publish();
  }

  private void build() {
    building = true;
    vertx
        .executeBlocking(this::picture)
        .compose(this::send)
        .onComplete(done -> {
          building = false;
          if (again) {
            again = false;
            build();
          } else if (done.failed() && !(done.cause() instanceof LinkException.Down)) {
            LOG.warn("the host's state was not published: {}", done.cause().toString());
          }
        });
  }

  /** The number is read first: every event up to it can be seen by the sources then. */
  private HostState picture() {
    var newest = sequence.getAsLong();
    return new HostState(
        host,
        epoch,
        newest,
        clock.instant(),
        facts.get(),
        sources.pools().get(),
        sources.images().get(),
        sources.containers().get());
  }

  private Future<Void> send(HostState state) {
    var topic = Topics.of(host, Topics.Kind.STATE);
    return publisher.publish(Outgoing.of(topic, Buffer.buffer(Wire.write(state))).asRetained());
  }
}

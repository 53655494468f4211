package berth.agent.report;

import berth.agent.journal.OutboxTable;
import berth.agent.journal.ToldTable;
import berth.protocol.BerthException;
import berth.protocol.Bytes;
import berth.protocol.HostId;
import berth.protocol.Topics;
import berth.protocol.Wire;
import berth.protocol.event.Event;
import berth.protocol.event.Event.ContainerEvent;
import berth.protocol.event.Event.ContainerRemoved;
import berth.protocol.event.Event.ImageAdded;
import berth.protocol.event.Event.ImageRemoved;
import berth.protocol.event.Event.JournalLost;
import berth.protocol.event.Event.PoolEvent;
import berth.protocol.event.EventMessage;
import berth.protocol.mqtt.Outgoing;
import berth.protocol.state.ContainerState;
import berth.protocol.state.PoolState;
import io.vertx.core.buffer.Buffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbers what happens and queues it in the outbox. Where the broker is away for so long that too
 * much waits, events are left out: the gap in the numbers has the controller ask for the whole.
 */
public final class EventLog implements Reporter {
  private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

  /** Replies always have their place; events only while fewer messages than this wait. */
  private static final long MOST_WAITING = 50_000;

  private final HostId host;
  private final long epoch;
  private final OutboxTable outbox;
  private final ToldTable told;
  private final Runnable wakeOutbox;
  private final Runnable onEvent;
  private final InstantSource clock;
  private volatile long sequence;
  private long leftOut;

  /**
   * The events of one epoch of a host.
   *
   * @param onEvent called after each event, on the thread that told it
   */
  public EventLog(
      HostId host,
      long epoch,
      OutboxTable outbox,
      ToldTable told,
      Runnable wakeOutbox,
      Runnable onEvent,
      InstantSource clock) {
    this.host = host;
    this.epoch = epoch;
    this.outbox = outbox;
    this.told = told;
    this.wakeOutbox = wakeOutbox;
    this.onEvent = onEvent;
    this.clock = clock;
  }

  @Override
  public void happened(Event event) {
    synchronized (this) {
      // The number counts only once the event has its place: a state that carries the number may
      // overtake the event, and then must hold it already.
      var next = sequence + 1;
      queue(new EventMessage(host, epoch, next, clock.instant(), event));
      sequence = next;
    }
    onEvent.run();
  }

  /** What an agent of another version kept and this one can't read was not told. */
  @Override
  public List<ContainerState> toldContainers() {
    return read(told.containers(), ContainerState.class);
  }

  @Override
  public List<PoolState> toldPools() {
    return read(told.pools(), PoolState.class);
  }

  private static <T> List<T> read(List<Bytes> told, Class<T> type) {
    var states = new ArrayList<T>();
    for (var state : told) {
      try {
        states.add(Wire.read(state.array(), type));
      } catch (BerthException e) {
        LOG.warn("a {} that was told before can't be read: {}", Wire.kind(type), e.getMessage());
      }
    }
    return states;
  }

  /** The number of the newest event of this epoch; 0 for none. */
  public long sequence() {
    return sequence;
  }

  /** How many events were left out because too much was waiting. */
  public synchronized long leftOut() {
    return leftOut;
  }

  private void queue(EventMessage message) {
    if (outbox.size() >= MOST_WAITING) {
      leftOut++;
      return;
    }
    var outgoing =
        Outgoing.of(Topics.of(host, Topics.Kind.EVENT), Buffer.buffer(Wire.write(message)));
    var _ =
        append(OutgoingBytes.write(outgoing), message.event())
            .whenComplete((_, failure) -> queued(message, failure));
  }

  private CompletableFuture<Long> append(Bytes message, Event event) {
    return switch (event) {
      case ContainerEvent about -> {
        var state = about.container();
        yield told.tell(message, state.name().value(), Optional.of(Bytes.of(Wire.write(state))));
      }
      case ContainerRemoved(var name) -> told.tell(message, name.value(), Optional.empty());
      case PoolEvent about -> {
        var state = about.pool();
        yield told.tellPool(message, state.name().value(), Bytes.of(Wire.write(state)));
      }
      case ImageAdded _, ImageRemoved _, JournalLost _ -> outbox.append(message);
    };
  }

  private void queued(EventMessage message, Throwable failure) {
    if (failure == null) {
      wakeOutbox.run();
    } else {
      LOG.error("event={} is lost", message.sequence(), failure);
    }
  }
}

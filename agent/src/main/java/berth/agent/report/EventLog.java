package berth.agent.report;

import berth.agent.journal.OutboxTable;
import berth.protocol.HostId;
import berth.protocol.Topics;
import berth.protocol.Wire;
import berth.protocol.event.Event;
import berth.protocol.event.EventMessage;
import berth.protocol.mqtt.Outgoing;
import io.vertx.core.buffer.Buffer;
import java.time.InstantSource;
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
      Runnable wakeOutbox,
      Runnable onEvent,
      InstantSource clock) {
    this.host = host;
    this.epoch = epoch;
    this.outbox = outbox;
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
        outbox
            .append(OutgoingBytes.write(outgoing))
            .whenComplete((_, failure) -> queued(message, failure));
  }

  private void queued(EventMessage message, Throwable failure) {
    if (failure == null) {
      wakeOutbox.run();
    } else {
      LOG.error("event={} is lost", message.sequence(), failure);
    }
  }
}

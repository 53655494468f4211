package berth.agent.journal;

import berth.agent.journal.Entries.CommandEntry;
import berth.agent.journal.Entries.UnfinishedEntry;
import berth.protocol.Bytes;
import berth.protocol.CommandId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Which commands were accepted, and how those that ended were answered. A command is remembered for
 * at least {@link #RETENTION} past its deadline, so that it is known when it is delivered again.
 */
public final class Journal {
  /** How long a command is remembered past its deadline. */
  public static final Duration RETENTION = Duration.ofDays(7);

  /** The part of the file in use, in percent, below which it is compacted. */
  private static final int WORTH_COMPACTING = 60;

  /** How much is moved at once, so that commands need not wait for long. */
  private static final int COMPACTED_BYTES = 4 << 20;

  /** What of a command is in the journal. */
  public sealed interface Known {
    /** Nothing: it is new. */
    record Unseen() implements Known {}

    /** It was accepted and is on its way. */
    record Running() implements Known {}

    /** It ended; the last reply as it was sent. */
    record Answered(Bytes reply) implements Known {}
  }

  /**
   * A command that was accepted and not answered when the agent died.
   *
   * @param attempt which attempt the next one is
   * @param envelope as it came
   */
  public record Unfinished(CommandId id, Instant acceptedAt, int attempt, Bytes envelope) {}

  private final Store store;
  private final long epoch;
  private final List<Unfinished> unfinished;

  /** Begins an epoch: each command found unfinished is in its next attempt from now on. */
  public Journal(Store store) {
    this.store = store;
    this.epoch = store.write(Journal::nextEpoch).join();
    this.unfinished = store.write(Journal::nextAttempts).join();
  }

  /**
   * Counts the starts of the agent. It begins at the number of seconds since 1970, so that it goes
   * up even where the journal was lost.
   */
  public long epoch() {
    return epoch;
  }

  /** What was unfinished at the start, in the order of acceptance. */
  public List<Unfinished> unfinished() {
    return unfinished;
  }

  /** How many commands are remembered. */
  public long size() {
    return store.maps().commands().sizeAsLong();
  }

  /**
   * Changes the journal and the outbox in one commit. Done, with what the change gave, when it is
   * durable. The change may be called twice, so it must have no effect beyond the page.
   */
  public <T> CompletableFuture<T> write(Function<Page, T> change) {
    return store.write(maps -> change.apply(new Page(maps)));
  }

  /** Forgets what is past its retention, and gives its place in the file free. */
  public void tidy(Instant now) {
    var _ = store.write(maps -> forget(maps, now.minus(RETENTION)));
  }

  /** The journal and the outbox as they can be changed together. */
  public static final class Page {
    private final Maps maps;

    private Page(Maps maps) {
      this.maps = maps;
    }

    /** What is known of a command. */
    public Known known(CommandId id) {
      var reply = maps.replies().get(id.value());
      if (reply != null) {
        return new Known.Answered(Bytes.of(Entries.sealed(reply)));
      }
      return maps.commands().containsKey(id.value()) ? new Known.Running() : new Known.Unseen();
    }

    /** Takes down a new command. */
    public void accept(CommandId id, Instant now, Instant deadline, Bytes envelope) {
      var order = maps.next(Maps.ORDER);
      maps.commands().put(id.value(), Entries.bytes(new CommandEntry(now, deadline)));
      maps.unfinished().put(id.value(), Entries.bytes(new UnfinishedEntry(order, 1, envelope)));
    }

    /** Takes down how a command ended. */
    public void finish(CommandId id, Bytes reply) {
      maps.unfinished().remove(id.value());
      maps.replies().put(id.value(), Entries.seal(reply.array()));
    }

    /** Puts a message behind all others in the outbox. */
    public void send(Bytes message) {
      OutboxTable.append(maps, message);
    }
  }

  private static long nextEpoch(Maps maps) {
    if (!maps.counters().containsKey(Maps.EPOCH)) {
      maps.counters().put(Maps.EPOCH, Instant.now().getEpochSecond());
    }
    return maps.next(Maps.EPOCH);
  }

  private static List<Unfinished> nextAttempts(Maps maps) {
    record Found(UUID id, UnfinishedEntry entry) {}
    var found = new ArrayList<Found>();
    maps.unfinished().forEach((id, bytes) -> found.add(new Found(id, Entries.unfinished(bytes))));
    found.sort(Comparator.comparingLong(one -> one.entry().order()));
    return found.stream().map(one -> nextAttempt(maps, one.id(), one.entry())).toList();
  }

  private static Unfinished nextAttempt(Maps maps, UUID id, UnfinishedEntry entry) {
    var attempt = entry.attempt() + 1;
    var next = new UnfinishedEntry(entry.order(), attempt, entry.envelope());
    maps.unfinished().put(id, Entries.bytes(next));
    var acceptedAt = Entries.command(maps.commands().get(id)).acceptedAt();
    return new Unfinished(new CommandId(id), acceptedAt, attempt, entry.envelope());
  }

  private static int forget(Maps maps, Instant before) {
    var gone = new ArrayList<UUID>();
    maps.commands()
        .forEach((id, entry) -> {
          if (Entries.command(entry).deadline().isBefore(before)
              && !maps.unfinished().containsKey(id)) {
            gone.add(id);
          }
        });
    gone.forEach(maps.commands()::remove);
    gone.forEach(maps.replies()::remove);
    maps.store().compact(WORTH_COMPACTING, COMPACTED_BYTES);
    return gone.size();
  }
}

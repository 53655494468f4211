package berth.agent.journal;

import java.util.UUID;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/**
 * What is in the journal's file.
 *
 * @param counters by name: {@code epoch}, the last {@code order} of acceptance, the last place in
 *     the {@code outbox}
 * @param commands each command that was accepted and not yet forgotten
 * @param unfinished those of them that have no reply, whole
 * @param replies the last reply of the others
 * @param outbox what the broker has not acknowledged, in its order
 * @param told what was last told of each container that is there
 * @param toldPools what was last told of each pool, where something was
 */
record Maps(
    MVStore store,
    MVMap<String, Long> counters,
    MVMap<UUID, byte[]> commands,
    MVMap<UUID, byte[]> unfinished,
    MVMap<UUID, byte[]> replies,
    MVMap<Long, byte[]> outbox,
    MVMap<String, byte[]> told,
    MVMap<String, byte[]> toldPools) {
  static final String EPOCH = "epoch";
  static final String ORDER = "order";
  static final String OUTBOX = "outbox";

  Maps(MVStore store) {
    this(
        store,
        store.openMap("counters"),
        store.openMap("commands"),
        store.openMap("unfinished"),
        store.openMap("replies"),
        store.openMap("outbox"),
        store.openMap("told"),
        store.openMap("told-pools"));
  }

  long counter(String name) {
    return counters.getOrDefault(name, 0L);
  }

  long next(String name) {
    long next = counter(name) + 1;
    counters.put(name, next);
    return next;
  }

  /** Reads every page and every entry; throws where one is damaged. */
  void readAll() {
    counters.forEach((_, _) -> {});
    commands.forEach((_, entry) -> Entries.command(entry));
    unfinished.forEach((_, entry) -> Entries.unfinished(entry));
    replies.forEach((_, entry) -> Entries.sealed(entry));
    outbox.forEach((_, entry) -> Entries.sealed(entry));
    told.forEach((_, entry) -> Entries.sealed(entry));
    toldPools.forEach((_, entry) -> Entries.sealed(entry));
  }
}

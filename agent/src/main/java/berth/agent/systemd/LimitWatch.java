package berth.agent.systemd;

import berth.agent.linux.KernelFile;
import berth.agent.linux.LinuxException;
import berth.agent.linux.Reactor;
import berth.protocol.event.ReachedLimit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Tells when a cgroup comes up against a limit of its own, which the kernel counts in
 * memory.events.local and pids.events. However often that is, it is told once a minute at most.
 *
 * <p>Before Linux 6.11 a refused process is counted in the group of the one that asked for it, and
 * not where the limit is. There the limit on tasks is seen only of a container whose processes are
 * not sorted into groups of their own, as systemd does.
 */
public final class LimitWatch implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMinutes(1);
  private static final String MEMORY = "memory.events.local";
  private static final String TASKS = "pids.events";

  /**
   * Only a kernel that counts where the limit is has this one; the other counts groups below, too.
   */
  private static final String TASKS_HERE = "pids.events.local";

  /** Where nspawn puts what runs in the container, below the group of its unit. */
  private static final String PAYLOAD = "payload";

  private final Reactor reactor;
  private final Told told;
  private final Map<UnitName, List<AutoCloseable>> watched = new ConcurrentHashMap<>();

  /** Who wants to know. */
  public interface Told {
    /** So many times more this unit came up against a limit. Called on a virtual thread. */
    void reached(UnitName unit, ReachedLimit limit, long times);
  }

  public LimitWatch(Reactor reactor, Told told) {
    this.reactor = reactor;
    this.told = told;
  }

  /** Watches a unit's cgroup, in the place of the one of its former run, as far as it counts. */
  public void watch(UnitName unit, Cgroup group) {
    forget(unit);
    var files = new ArrayList<AutoCloseable>();
    var memory = new Counter("max", tally(unit, ReachedLimit.MEMORY, files));
    var memoryHigh = new Counter("high", tally(unit, ReachedLimit.MEMORY_HIGH, files));
    var folder = group.folder();
    watch(folder.resolve(MEMORY), memory.andThen(memoryHigh), files);
    var tasks = tally(unit, ReachedLimit.TASKS, files);
    if (Files.exists(folder.resolve(TASKS_HERE))) {
      watch(folder.resolve(TASKS_HERE), new Counter("max", tasks), files);
    } else {
      watch(folder.resolve(TASKS), new Counter("max", tasks), files);
      watch(folder.resolve(PAYLOAD).resolve(TASKS), new Counter("max", tasks), files);
    }
    watched.put(unit, files);
  }

  /** Ends the watching of a unit. */
  public void forget(UnitName unit) {
    var files = watched.remove(unit);
    if (files != null) {
      files.forEach(LimitWatch::end);
    }
  }

  @Override
  public void close() {
    watched.keySet().forEach(this::forget);
  }

  private Tally tally(UnitName unit, ReachedLimit limit, List<AutoCloseable> files) {
    LongConsumer tell = times -> Thread.startVirtualThread(() -> told.reached(unit, limit, times));
    var tally = new Tally(tell, LimitWatch::later);
    files.add(tally);
    return tally;
  }

  private void watch(Path file, Consumer<String> changed, List<AutoCloseable> files) {
    try {
      files.add(KernelFile.watch(reactor, file, changed));
    } catch (LinuxException _) {
      // no such controller there, or the group is gone already
    }
  }

  private static void later(Runnable step) {
    CompletableFuture.delayedExecutor(
            PAUSE.toMillis(), TimeUnit.MILLISECONDS, Thread::startVirtualThread)
        .execute(step);
  }

  private static void end(AutoCloseable file) {
    try {
      file.close();
    } catch (Exception e) {
      throw new IllegalStateException("neither a tally nor a kernel file says that", e);
    }
  }

  /** Sees a counter at first and after each change, and adds up by how much it grew. */
  private static final class Counter implements Consumer<String> {
    private static final long UNKNOWN = -1;
    private final String name;
    private final Tally tally;
    private long known = UNKNOWN;

    Counter(String name, Tally tally) {
      this.name = name;
      this.tally = tally;
    }

    @Override
    public void accept(String content) {
      long now = Cgroup.numbersIn(content).getOrDefault(name, 0L);
      long more = known == UNKNOWN ? 0 : now - known;
      known = now;
      tally.add(more);
    }
  }
}

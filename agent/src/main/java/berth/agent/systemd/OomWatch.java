package berth.agent.systemd;

import berth.agent.linux.KernelFile;
import berth.agent.linux.LinuxException;
import berth.agent.linux.Reactor;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Tells when the kernel kills something in a cgroup for want of memory. The unit itself stays
 * active then and systemd tells nothing; the group's memory.events counts it.
 */
public final class OomWatch implements AutoCloseable {
  private static final String EVENTS = "memory.events";

  private final Reactor reactor;
  private final Told told;
  private final Map<UnitName, KernelFile> watched = new ConcurrentHashMap<>();

  /** Who wants to know. */
  public interface Told {
    /** So many more processes of this unit were killed. Called on a virtual thread. */
    void killed(UnitName unit, long processes);
  }

  public OomWatch(Reactor reactor, Told told) {
    this.reactor = reactor;
    this.told = told;
  }

  /**
   * Watches a unit's cgroup, in the place of the one of its former run.
   *
   * @return whether this kernel counts kills there
   */
  public boolean watch(UnitName unit, Cgroup group) {
    forget(unit);
    Path file = group.folder().resolve(EVENTS);
    try {
      watched.put(unit, KernelFile.watch(reactor, file, new Counter(unit)));
      return true;
    } catch (LinuxException e) {
      return false; // no memory controller there, or the group is gone already
    }
  }

  /** Ends the watching of a unit. */
  public void forget(UnitName unit) {
    KernelFile file = watched.remove(unit);
    if (file != null) {
      file.close();
    }
  }

  @Override
  public void close() {
    watched.keySet().forEach(this::forget);
  }

  /** Sees the counters at first and after each change. */
  private final class Counter implements Consumer<String> {
    private static final long UNKNOWN = -1;
    private final UnitName unit;
    private long kills = UNKNOWN;

    Counter(UnitName unit) {
      this.unit = unit;
    }

    @Override
    public void accept(String content) {
      long now = Cgroup.numbersIn(content).getOrDefault("oom_kill", 0L);
      long more = kills == UNKNOWN ? 0 : now - kills;
      kills = now;
      if (more > 0) {
        Thread.startVirtualThread(() -> told.killed(unit, more));
      }
    }
  }
}

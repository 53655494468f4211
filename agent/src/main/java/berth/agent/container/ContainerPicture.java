package berth.agent.container;

import berth.agent.report.Reporter;
import berth.protocol.ContainerName;
import berth.protocol.event.Event;
import berth.protocol.event.Event.ContainerChanged;
import berth.protocol.event.Event.ContainerCreated;
import berth.protocol.event.Event.ContainerDrifted;
import berth.protocol.event.Event.ContainerFailed;
import berth.protocol.event.Event.ContainerReady;
import berth.protocol.event.Event.ContainerRebooted;
import berth.protocol.event.Event.ContainerRemoved;
import berth.protocol.event.Event.ContainerStarted;
import berth.protocol.event.Event.ContainerStopped;
import berth.protocol.event.ReachedLimit;
import berth.protocol.state.ContainerState;
import berth.protocol.state.ContainerState.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The picture of the containers, and what happened between two looks at one. Whoever hears that
 * something may have changed (a signal of systemd's, a folder's change, the end of a command) has
 * it {@link #look} again: what is told does not depend on who heard first, and nothing is told
 * twice.
 */
public final class ContainerPicture {
  private final Function<ContainerName, Optional<Look>> inspect;
  private final Supplier<? extends Iterable<ContainerName>> names;
  private final Reporter reporter;
  private final Map<ContainerName, ContainerState> known = new ConcurrentSkipListMap<>();
  private final Object telling = new Object();

  /** How often those that are alive had been started again by systemd when they were seen last. */
  private final Map<ContainerName, Integer> restarts = new HashMap<>();

  ContainerPicture(
      Function<ContainerName, Optional<Look>> inspect,
      Supplier<? extends Iterable<ContainerName>> names,
      Reporter reporter) {
    this.inspect = inspect;
    this.names = names;
    this.reporter = reporter;
  }

  /** The containers as they were last seen, which is what the events told. */
  public List<ContainerState> containers() {
    return List.copyOf(known.values());
  }

  /** A container as it was last seen. */
  Optional<ContainerState> known(ContainerName name) {
    return Optional.ofNullable(known.get(name));
  }

  /**
   * The beginning of the picture: tells what happened since an earlier agent told something last,
   * or all there is where there was none.
   */
  public void begin() {
    reporter.toldContainers().forEach(state -> known.put(state.name(), state));
    lookAtAll();
  }

  /** Looks at all containers, also those that are known and may be gone. */
  public void lookAtAll() {
    var all = new TreeSet<>(known.keySet());
    names.get().forEach(all::add);
    all.forEach(this::look);
  }

  /** Looks at one container and tells what happened to it; gives what it is now. */
  public Optional<ContainerState> look(ContainerName name) {
    synchronized (telling) {
      var seen = inspect.apply(name);
      var now = seen.map(Look::state);
      var rebooted = rebooted(name, seen);
      var before = Optional.ofNullable(known.get(name));
      now.ifPresentOrElse(state -> known.put(name, state), () -> known.remove(name));
      events(name, before, now, rebooted).forEach(reporter::happened);
      return now;
    }
  }

  /** It ended in failure and systemd starts it again, perhaps before anybody looks. */
  void crashed(ContainerName name, String reason) {
    synchronized (telling) {
      var old = known.get(name);
      if (old != null && old.status().alive()) {
        var failed = failed(old, reason);
        known.put(name, failed);
        restarts.remove(name);
        reporter.happened(new ContainerFailed(failed));
      }
      look(name);
    }
  }

  /** The kernel killed something in a container that is there. */
  void ranOutOfMemory(ContainerName name) {
    synchronized (telling) {
      look(name).ifPresent(state -> reporter.happened(new Event.ContainerOutOfMemory(state)));
    }
  }

  /** A container that is there came up against a limit, so many times more. */
  void reachedLimit(ContainerName name, ReachedLimit limit, long times) {
    synchronized (telling) {
      look(name)
          .ifPresent(
              state -> reporter.happened(new Event.ContainerLimitReached(state, limit, times)));
    }
  }

  /**
   * Whether it runs another time without having been down: nspawn's unit is started again by
   * systemd when the container's init asks for a reboot, and counts that until somebody stops it.
   */
  private boolean rebooted(ContainerName name, Optional<Look> seen) {
    if (seen.isEmpty() || seen.get().state().status().down()) {
      restarts.remove(name);
      return false;
    }
    if (!seen.get().state().status().alive()) {
      return false;
    }
    var former = restarts.put(name, seen.get().restarts());
    return former != null && seen.get().restarts() > former;
  }

  private static List<Event> events(
      ContainerName name,
      Optional<ContainerState> before,
      Optional<ContainerState> now,
      boolean rebooted) {
    if (now.isEmpty()) {
      return before.isEmpty() ? List.of() : List.of(new ContainerRemoved(name));
    }
    var state = now.get();
    if (before.isEmpty()) {
      var events = new ArrayList<Event>(List.of(new ContainerCreated(state)));
      events.addAll(run(false, false, state));
      return events;
    }
    var old = before.get();
    if (old.equals(state)) {
      return List.of();
    }
    var sameRun = old.status().alive() && old.leader().equals(state.leader());
    var resumed = old.status() == Status.PAUSED && sameRun && state.status().running();
    var same = resumed || (old.status() == state.status() && sameRun == state.status().alive());
    var news = same ? List.<Event>of() : changed(sameRun, rebooted, state);
    if (old.drift().isEmpty() && !state.drift().isEmpty()) {
      return Stream.concat(Stream.of(new ContainerDrifted(state)), news.stream()).toList();
    }
    return same ? List.of(new ContainerChanged(state)) : news;
  }

  private static List<Event> changed(boolean sameRun, boolean rebooted, ContainerState state) {
    return switch (state.status()) {
      case RUNNING, READY, PAUSED -> run(sameRun, rebooted, state);
      case STOPPED -> List.of(new ContainerStopped(state));
      case FAILED -> List.of(new ContainerFailed(state));
      case STARTING, STOPPING -> List.of(new ContainerChanged(state));
    };
  }

  /** What a running container has done since it was last seen, perhaps in another run. */
  private static List<Event> run(boolean sameRun, boolean rebooted, ContainerState state) {
    var events = new ArrayList<Event>();
    if (state.status().alive() && !sameRun) {
      events.add(rebooted ? new ContainerRebooted(state) : new ContainerStarted(state));
    }
    if (state.status() == Status.READY) {
      events.add(new ContainerReady(state));
    }
    return events.isEmpty() && state.status().alive()
        ? List.of(new ContainerChanged(state))
        : events;
  }

  private static ContainerState failed(ContainerState old, String reason) {
    return new ContainerState(
        old.name(),
        Status.FAILED,
        Optional.empty(),
        List.of(),
        old.image(),
        old.pool(),
        old.volume(),
        old.limits(),
        old.since(),
        old.unit(),
        old.os(),
        old.managed(),
        Optional.of(reason));
  }
}

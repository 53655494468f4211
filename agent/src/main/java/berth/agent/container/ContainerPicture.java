package berth.agent.container;

import berth.agent.report.Reporter;
import berth.protocol.ContainerName;
import berth.protocol.event.Event;
import berth.protocol.event.Event.ContainerChanged;
import berth.protocol.event.Event.ContainerCreated;
import berth.protocol.event.Event.ContainerDrifted;
import berth.protocol.event.Event.ContainerFailed;
import berth.protocol.event.Event.ContainerReady;
import berth.protocol.event.Event.ContainerRemoved;
import berth.protocol.event.Event.ContainerStarted;
import berth.protocol.event.Event.ContainerStopped;
import berth.protocol.state.ContainerState;
import java.util.ArrayList;
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
  private final Function<ContainerName, Optional<ContainerState>> inspect;
  private final Supplier<? extends Iterable<ContainerName>> names;
  private final Reporter reporter;
  private final Map<ContainerName, ContainerState> known = new ConcurrentSkipListMap<>();
  private final Object telling = new Object();

  ContainerPicture(
      Function<ContainerName, Optional<ContainerState>> inspect,
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

  /** Takes all containers as they are, without telling anything: the beginning of the picture. */
  public void begin() {
    synchronized (telling) {
      names.get().forEach(name -> inspect.apply(name).ifPresent(state -> known.put(name, state)));
    }
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
      var now = inspect.apply(name);
      var before = Optional.ofNullable(known.get(name));
      now.ifPresentOrElse(state -> known.put(name, state), () -> known.remove(name));
      events(name, before, now).forEach(reporter::happened);
      return now;
    }
  }

  /** The kernel killed something in a container that is there. */
  void ranOutOfMemory(ContainerName name) {
    synchronized (telling) {
      look(name).ifPresent(state -> reporter.happened(new Event.ContainerOutOfMemory(state)));
    }
  }

  static List<Event> events(
      ContainerName name, Optional<ContainerState> before, Optional<ContainerState> now) {
    if (now.isEmpty()) {
      return before.isEmpty() ? List.of() : List.of(new ContainerRemoved(name));
    }
    var state = now.get();
    if (before.isEmpty()) {
      var events = new ArrayList<Event>(List.of(new ContainerCreated(state)));
      events.addAll(run(false, state));
      return events;
    }
    var old = before.get();
    if (old.equals(state)) {
      return List.of();
    }
    var sameRun = old.status().running() && old.leader().equals(state.leader());
    var same = old.status() == state.status() && sameRun == state.status().running();
    var news = same ? List.<Event>of() : changed(sameRun, state);
    if (old.drift().isEmpty() && !state.drift().isEmpty()) {
      return Stream.concat(Stream.of(new ContainerDrifted(state)), news.stream()).toList();
    }
    return same ? List.of(new ContainerChanged(state)) : news;
  }

  private static List<Event> changed(boolean sameRun, ContainerState state) {
    return switch (state.status()) {
      case RUNNING, READY -> run(sameRun, state);
      case STOPPED -> List.of(new ContainerStopped(state));
      case FAILED -> List.of(new ContainerFailed(state));
      case STARTING, STOPPING -> List.of(new ContainerChanged(state));
    };
  }

  /** What a running container has done since it was last seen, perhaps in another run. */
  private static List<Event> run(boolean sameRun, ContainerState state) {
    var events = new ArrayList<Event>();
    if (state.status().running() && !sameRun) {
      events.add(new ContainerStarted(state));
    }
    if (state.status() == ContainerState.Status.READY) {
      events.add(new ContainerReady(state));
    }
    return events.isEmpty() && state.status().running()
        ? List.of(new ContainerChanged(state))
        : events;
  }
}

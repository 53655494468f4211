package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.Request;
import berth.controller.fleet.HostRegistry;
import berth.controller.model.Awaited;
import berth.controller.model.ContainerView;
import berth.controller.model.LabelSelector;
import berth.controller.operation.OperationRequest.Target;
import berth.protocol.ContainerName;
import berth.protocol.ContainerRef;
import berth.protocol.HostId;
import berth.protocol.ImageName;
import berth.protocol.PoolName;
import berth.protocol.command.ContainerCommand;
import berth.protocol.command.ContainerCommand.AdoptContainer;
import berth.protocol.command.ContainerCommand.CreateContainer;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.ContainerCommand.RestartContainer;
import berth.protocol.command.ContainerCommand.SetContainer;
import berth.protocol.command.ContainerCommand.StartContainer;
import berth.protocol.command.ContainerCommand.StopContainer;
import berth.protocol.command.LogSelection;
import berth.protocol.command.ProcessCommand.Exec;
import berth.protocol.command.ProcessCommand.ReadLogs;
import berth.protocol.command.Terminal;
import berth.protocol.command.ViewCommand.InspectContainer;
import berth.protocol.command.ViewCommand.WatchUsage;
import berth.protocol.command.WaitFor;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.SpecPatch;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The containers of the fleet: what they are, and what may be done with one. */
final class ContainerRoutes {
  private static final int DEFAULT_LOG_LINES = 100;
  private static final long MAX_WAIT_SECONDS = 60;
  private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(2);

  private final HostRegistry registry;
  private final ContainerWait wait;
  private final Submission submission;

  ContainerRoutes(HostRegistry registry, ContainerWait wait, Submission submission) {
    this.registry = registry;
    this.wait = wait;
    this.submission = submission;
  }

  record Containers(List<ContainerView> containers) {}

  /** A container to be made; see {@link CreateContainer}. */
  record NewContainer(
      ContainerName name,
      ImageName image,
      Optional<PoolName> pool,
      Optional<WaitFor> start,
      Optional<ContainerSpec> spec) {
    NewContainer {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(image, "image");
    }
  }

  /** How to start or restart; see {@link StartContainer}. */
  record Start(Optional<WaitFor> until) {}

  /** How to stop; see {@link StopContainer}. */
  record Stop(Optional<Duration> timeout) {}

  /** A program to be run; see {@link Exec}. */
  record Execution(
      List<String> argv,
      Map<String, String> environment,
      Optional<String> user,
      Optional<String> directory,
      Optional<Duration> timeout,
      Optional<Boolean> stdin,
      Optional<Boolean> stream,
      Optional<Terminal> terminal,
      Optional<Boolean> keep) {
    Execution {
      argv = argv == null ? List.of() : List.copyOf(argv);
      environment = environment == null ? Map.of() : Map.copyOf(environment);
    }
  }

  /** Which log entries to read; see {@link ReadLogs} and {@link LogSelection}. */
  record Logs(
      Optional<Integer> lines,
      Optional<Boolean> follow,
      Optional<Boolean> fromHost,
      Optional<Instant> since,
      Optional<Instant> until,
      Optional<List<String>> units,
      Optional<String> priority,
      Optional<String> grep,
      Optional<String> after) {}

  /** How to watch what containers use; see {@link WatchUsage}. */
  record Watch(Optional<Duration> interval, Optional<Integer> samples) {}

  Future<Answer> list(Request request) {
    var host = request.query("host", HostId::of);
    var selector = request.query("selector", LabelSelector::parse);
    var found =
        registry.containers(host).stream()
            .filter(view -> selector.map(labels -> labels.matches(view.labels())).orElse(true))
            .toList();
    return Future.succeededFuture(Answer.json(new Containers(found)));
  }

  /**
   * A container now; with {@code for} and {@code wait} as soon as it is that, at the latest after
   * the wait.
   */
  Future<Answer> show(Request request) {
    var container = container(request);
    var wanted = request.query("for", ContainerRoutes::awaited);
    var limit = Duration.ofSeconds(request.number("wait", 0, MAX_WAIT_SECONDS).orElse(0L));
    return wanted
        .map(state -> wait.until(state, container, limit))
        .orElseGet(() -> Future.succeededFuture(registry.container(container)))
        .map(Answer::json);
  }

  Future<Answer> create(Request request) {
    var host = request.path("host", HostId::of);
    var command =
        request.body(
            NewContainer.class,
            wanted ->
                new CreateContainer(
                    wanted.name(), wanted.image(), wanted.pool(), wanted.start(), wanted.spec()));
    return submit(request, "create", new ContainerRef(host, command.container()), command);
  }

  Future<Answer> remove(Request request) {
    var container = container(request);
    var command = new RemoveContainer(container.container(), request.flag("force"));
    return submit(request, "remove", container, command);
  }

  Future<Answer> start(Request request) {
    var container = container(request);
    var until = request.body(Start.class, start -> start.until().orElse(WaitFor.STARTED));
    return submit(request, "start", container, new StartContainer(container.container(), until));
  }

  Future<Answer> restart(Request request) {
    var container = container(request);
    var until = request.body(Start.class, start -> start.until().orElse(WaitFor.STARTED));
    return submit(
        request, "restart", container, new RestartContainer(container.container(), until));
  }

  Future<Answer> stop(Request request) {
    var container = container(request);
    var timeout = request.body(Stop.class, stop -> stop.timeout().map(ContainerRoutes::positive));
    return submit(request, "stop", container, new StopContainer(container.container(), timeout));
  }

  Future<Answer> set(Request request) {
    var container = container(request);
    var patch = request.body(SpecPatch.class, change -> change);
    requireSense(container, patch);
    var force = request.flag("force");
    return submit(request, "set", container, new SetContainer(container.container(), patch, force));
  }

  /** What makes no sense is refused here where the host told the specification that it changes. */
  private void requireSense(ContainerRef container, SpecPatch patch) {
    registry.containers(Optional.of(container.host())).stream()
        .map(ContainerView::container)
        .filter(state -> state.name().equals(container.container()))
        .flatMap(state -> state.spec().stream())
        .forEach(patch::on);
  }

  Future<Answer> adopt(Request request) {
    var container = container(request);
    return submit(request, "adopt", container, new AdoptContainer(container.container()));
  }

  /** The summary names the program alone: arguments may carry what is not for everybody. */
  Future<Answer> exec(Request request) {
    var container = container(request);
    var command =
        request.body(Execution.class, execution -> command(container.container(), execution));
    var verb = command.terminal().isPresent() ? "shell " : "exec ";
    var summary = verb + container + ": " + command.argv().getFirst();
    return submission.submit(request, summary, new Target(container.host(), command));
  }

  Future<Answer> logs(Request request) {
    var container = container(request);
    var command = request.body(Logs.class, logs -> command(container.container(), logs));
    return submission.submit(request, "logs " + container, new Target(container.host(), command));
  }

  Future<Answer> inspect(Request request) {
    var container = container(request);
    return submission.submit(
        request,
        "inspect " + container,
        new Target(container.host(), new InspectContainer(container.container())));
  }

  Future<Answer> usage(Request request) {
    var host = request.path("host", HostId::of);
    var command =
        request.body(
            Watch.class,
            watch -> new WatchUsage(watch.interval().orElse(DEFAULT_INTERVAL), watch.samples()));
    return submission.submit(request, "usage " + host, new Target(host, command));
  }

  private Future<Answer> submit(
      Request request, String verb, ContainerRef container, ContainerCommand command) {
    return submission.submit(
        request, verb + " " + container, new Target(container.host(), command));
  }

  private static ContainerRef container(Request request) {
    return new ContainerRef(
        request.path("host", HostId::of), request.path("name", ContainerName::of));
  }

  private static Awaited awaited(String text) {
    return Arrays.stream(Awaited.values())
        .filter(state -> state.name().equals(text))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "bad for \"%s\": one of %s".formatted(text, List.of(Awaited.values()))));
  }

  private static Exec command(ContainerName container, Execution execution) {
    return new Exec(
        container,
        execution.argv(),
        execution.environment(),
        execution.user(),
        execution.directory(),
        execution.timeout(),
        execution.stdin().orElse(execution.terminal().isPresent()),
        execution.stream().orElse(execution.terminal().isPresent()),
        execution.terminal(),
        execution.keep().orElse(false));
  }

  /** All entries from a place on are wanted where one is named. */
  private static ReadLogs command(ContainerName container, Logs logs) {
    var place = logs.since().isPresent() || logs.after().isPresent();
    return new ReadLogs(
        container,
        logs.lines().or(() -> place ? Optional.empty() : Optional.of(DEFAULT_LOG_LINES)),
        logs.follow().orElse(false),
        logs.fromHost().orElse(false),
        new LogSelection(
            logs.since(),
            logs.until(),
            logs.units().orElse(List.of()),
            logs.priority(),
            logs.grep()),
        logs.after());
  }

  private static Duration positive(Duration timeout) {
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("bad timeout " + timeout + ": must be positive");
    }
    return timeout;
  }
}

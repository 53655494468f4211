package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.Request;
import berth.controller.fleet.HostRegistry;
import berth.controller.model.ContainerView;
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
import berth.protocol.command.ProcessCommand.Exec;
import berth.protocol.command.ProcessCommand.ReadLogs;
import berth.protocol.command.WaitFor;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.SpecPatch;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The containers of the fleet: what they are, and what may be done with one. */
final class ContainerRoutes {
  private static final int DEFAULT_LOG_LINES = 100;

  private final HostRegistry registry;
  private final Submission submission;

  ContainerRoutes(HostRegistry registry, Submission submission) {
    this.registry = registry;
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
      Optional<Boolean> stream) {
    Execution {
      argv = argv == null ? List.of() : List.copyOf(argv);
      environment = environment == null ? Map.of() : Map.copyOf(environment);
    }
  }

  /** Which log entries to read; see {@link ReadLogs}. */
  record Logs(Optional<Integer> lines, Optional<Boolean> follow) {}

  Future<Answer> list(Request request) {
    var host = request.query("host", HostId::of);
    return Future.succeededFuture(Answer.json(new Containers(registry.containers(host))));
  }

  Future<Answer> show(Request request) {
    return Future.succeededFuture(Answer.json(registry.container(container(request))));
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
    var force = request.flag("force");
    return submit(request, "set", container, new SetContainer(container.container(), patch, force));
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
    var summary = "exec " + container + ": " + command.argv().getFirst();
    return submission.submit(request, summary, new Target(container.host(), command));
  }

  Future<Answer> logs(Request request) {
    var container = container(request);
    var command =
        request.body(
            Logs.class,
            logs ->
                new ReadLogs(
                    container.container(),
                    logs.lines().orElse(DEFAULT_LOG_LINES),
                    logs.follow().orElse(false)));
    return submission.submit(request, "logs " + container, new Target(container.host(), command));
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

  private static Exec command(ContainerName container, Execution execution) {
    return new Exec(
        container,
        execution.argv(),
        execution.environment(),
        execution.user(),
        execution.directory(),
        execution.timeout(),
        execution.stdin().orElse(false),
        execution.stream().orElse(false));
  }

  private static Duration positive(Duration timeout) {
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("bad timeout " + timeout + ": must be positive");
    }
    return timeout;
  }
}

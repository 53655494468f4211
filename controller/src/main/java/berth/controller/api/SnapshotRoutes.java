package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.Request;
import berth.controller.model.TargetView;
import berth.controller.operation.OperationRequest.Target;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ContainerRef;
import berth.protocol.HostId;
import berth.protocol.ProblemCode;
import berth.protocol.SnapshotName;
import berth.protocol.command.ContainerCommand;
import berth.protocol.command.ContainerCommand.CreateSnapshot;
import berth.protocol.command.ContainerCommand.RemoveSnapshot;
import berth.protocol.command.ContainerCommand.RestoreSnapshot;
import berth.protocol.command.ViewCommand.ListSnapshots;
import berth.protocol.reply.Result.SnapshotsResult;
import berth.protocol.state.SnapshotState;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The snapshots of containers. Which there are, their host alone knows. */
final class SnapshotRoutes {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Submission submission;

  SnapshotRoutes(Submission submission) {
    this.submission = submission;
  }

  /** A snapshot to be taken; see {@link CreateSnapshot}. */
  record NewSnapshot(
      SnapshotName name,
      Optional<String> comment,
      @JsonProperty("protected") Optional<Boolean> isProtected,
      Optional<Duration> expiresAfter) {
    NewSnapshot {
      Objects.requireNonNull(name, "name");
    }
  }

  /** Those of one container, the oldest first. */
  record Snapshots(HostId host, ContainerName container, List<SnapshotState> snapshots) {}

  /** Asks the host, and waits for what it says: this changes nothing, and takes but a moment. */
  Future<Answer> list(Request request) {
    var container = container(request);
    var command = new ListSnapshots(container.container());
    return submission
        .ask("list the snapshots of " + container, new Target(container.host(), command), PATIENCE)
        .map(target -> Answer.json(snapshots(container, target)));
  }

  Future<Answer> create(Request request) {
    var container = container(request);
    var command = request.body(NewSnapshot.class, wanted -> command(container.container(), wanted));
    return submit(
        request, "snapshot " + container + " as " + command.snapshot(), container, command);
  }

  Future<Answer> restore(Request request) {
    var container = container(request);
    var command = new RestoreSnapshot(container.container(), snapshot(request));
    return submit(
        request, "restore " + container + " to " + command.snapshot(), container, command);
  }

  Future<Answer> remove(Request request) {
    var container = container(request);
    var command =
        new RemoveSnapshot(container.container(), snapshot(request), request.flag("force"));
    return submit(
        request, "remove snapshot " + command.snapshot() + " of " + container, container, command);
  }

  private static CreateSnapshot command(ContainerName container, NewSnapshot wanted) {
    return new CreateSnapshot(
        container,
        wanted.name(),
        wanted.comment(),
        wanted.isProtected().orElse(false),
        wanted.expiresAfter());
  }

  private static Snapshots snapshots(ContainerRef container, TargetView target) {
    if (target.result().orElse(null) instanceof SnapshotsResult(var name, var snapshots)) {
      return new Snapshots(container.host(), name, snapshots);
    }
    throw new BerthException(ProblemCode.INTERNAL, container + " answered without its snapshots");
  }

  private Future<Answer> submit(
      Request request, String summary, ContainerRef container, ContainerCommand command) {
    return submission.submit(request, summary, new Target(container.host(), command));
  }

  private static ContainerRef container(Request request) {
    return new ContainerRef(
        request.path("host", HostId::of), request.path("name", ContainerName::of));
  }

  private static SnapshotName snapshot(Request request) {
    return request.path("snapshot", SnapshotName::of);
  }
}

package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.Request;
import berth.controller.operation.OperationRequest.Target;
import berth.protocol.ContainerName;
import berth.protocol.ContainerRef;
import berth.protocol.HostId;
import berth.protocol.Signal;
import berth.protocol.command.ContainerCommand;
import berth.protocol.command.ContainerCommand.CloneContainer;
import berth.protocol.command.ContainerCommand.KillContainer;
import berth.protocol.command.ContainerCommand.KillContainer.Whom;
import berth.protocol.command.ContainerCommand.PauseContainer;
import berth.protocol.command.ContainerCommand.RebootContainer;
import berth.protocol.command.ContainerCommand.RenameContainer;
import berth.protocol.command.ContainerCommand.ResumeContainer;
import berth.protocol.command.WaitFor;
import io.vertx.core.Future;
import java.util.Objects;
import java.util.Optional;

/** What may be done with a container beyond starting and stopping it. */
final class VerbRoutes {
  private final Submission submission;

  VerbRoutes(Submission submission) {
    this.submission = submission;
  }

  /** Which signal to send, and to whom; see {@link KillContainer}. */
  record Kill(Signal signal, Optional<Whom> whom) {
    Kill {
      Objects.requireNonNull(signal, "signal");
    }
  }

  /** What a clone or a renamed container is to be called. */
  record NewName(ContainerName name) {
    NewName {
      Objects.requireNonNull(name, "name");
    }
  }

  Future<Answer> kill(Request request) {
    var container = container(request);
    var command =
        request.body(
            Kill.class,
            kill ->
                new KillContainer(
                    container.container(), kill.signal(), kill.whom().orElse(Whom.INIT)));
    return submit(request, "send " + command.signal() + " to " + container, container, command);
  }

  Future<Answer> reboot(Request request) {
    var container = container(request);
    var until =
        request.body(ContainerRoutes.Start.class, start -> start.until().orElse(WaitFor.STARTED));
    var command = new RebootContainer(container.container(), until);
    return submit(request, "reboot " + container, container, command);
  }

  Future<Answer> pause(Request request) {
    var container = container(request);
    var command = new PauseContainer(container.container());
    return submit(request, "pause " + container, container, command);
  }

  Future<Answer> resume(Request request) {
    var container = container(request);
    var command = new ResumeContainer(container.container());
    return submit(request, "resume " + container, container, command);
  }

  /** Called {@code copy} as every object has a {@code clone}. */
  Future<Answer> copy(Request request) {
    var source = container(request);
    var command =
        request.body(NewName.class, named -> new CloneContainer(named.name(), source.container()));
    return submit(request, "clone " + source + " as " + command.container(), source, command);
  }

  Future<Answer> rename(Request request) {
    var container = container(request);
    var command =
        request.body(
            NewName.class, named -> new RenameContainer(container.container(), named.name()));
    return submit(request, "rename " + container + " to " + command.to(), container, command);
  }

  private Future<Answer> submit(
      Request request, String summary, ContainerRef container, ContainerCommand command) {
    return submission.submit(request, summary, new Target(container.host(), command));
  }

  private static ContainerRef container(Request request) {
    return new ContainerRef(
        request.path("host", HostId::of), request.path("name", ContainerName::of));
  }
}

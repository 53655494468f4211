package berth.controller.api;

import berth.controller.operation.OperationRequest;
import berth.controller.operation.OperationRequest.Target;
import berth.protocol.ContainerName;
import berth.protocol.command.ContainerCommand.StartContainer;
import berth.protocol.command.WaitFor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A request such as the core gets. */
final class SubmittedOperation {
  private SubmittedOperation() {}

  static OperationRequest start() {
    var command = new StartContainer(ContainerName.of("web"), WaitFor.STARTED);
    return new OperationRequest(
        "start lab1/web",
        List.of(new Target(FakeFleet.LAB1, command)),
        Duration.ofMinutes(1),
        Optional.empty());
  }
}

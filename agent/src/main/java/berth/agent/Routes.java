package berth.agent;

import berth.agent.container.ContainerVerticle;
import berth.agent.copy.CopyVerticle;
import berth.agent.dispatch.HostVerticle;
import berth.agent.dispatch.Route;
import berth.agent.exec.ExecVerticle;
import berth.agent.image.ImageVerticle;
import berth.agent.view.ViewVerticle;
import berth.protocol.ContainerName;
import berth.protocol.command.Command;
import berth.protocol.command.ContainerCommand;
import berth.protocol.command.ContainerCommand.CloneContainer;
import berth.protocol.command.ContainerCommand.RenameContainer;
import berth.protocol.command.CopyCommand;
import berth.protocol.command.HostCommand;
import berth.protocol.command.ImageCommand;
import berth.protocol.command.ProcessCommand;
import berth.protocol.command.ViewCommand;

/** Which verticle performs what, and which commands wait for each other. */
final class Routes {
  private Routes() {}

  static Route of(Command command) {
    return switch (command) {
      case CloneContainer(var container, var source) ->
          Route.inOrder(ContainerVerticle.ADDRESS, lane(container), lane(source));
      case RenameContainer(var container, var to) ->
          Route.inOrder(ContainerVerticle.ADDRESS, lane(container), lane(to));
      case ContainerCommand c -> Route.inOrder(ContainerVerticle.ADDRESS, lane(c.container()));
      case ImageCommand c -> Route.inOrder(ImageVerticle.ADDRESS, "image " + c.image());
      case ProcessCommand _ -> Route.to(ExecVerticle.ADDRESS);
      case HostCommand _ -> Route.to(HostVerticle.ADDRESS);
      case ViewCommand _ -> Route.to(ViewVerticle.ADDRESS);
      case CopyCommand _ -> Route.to(CopyVerticle.ADDRESS);
    };
  }

  private static String lane(ContainerName container) {
    return "container " + container;
  }
}

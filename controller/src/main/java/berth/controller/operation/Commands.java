package berth.controller.operation;

import berth.protocol.ContainerName;
import berth.protocol.command.Command;
import berth.protocol.command.ContainerCommand;
import berth.protocol.command.CopyCommand;
import berth.protocol.command.HostCommand;
import berth.protocol.command.ImageCommand;
import berth.protocol.command.ProcessCommand;
import berth.protocol.command.ViewCommand;
import java.util.Optional;

/** What the core has to know of a command. */
final class Commands {
  private Commands() {}

  static Optional<ContainerName> container(Command command) {
    return switch (command) {
      case ContainerCommand c -> Optional.of(c.container());
      case ProcessCommand c -> Optional.of(c.container());
      case ImageCommand _, HostCommand _ -> Optional.empty();
      case ViewCommand.InspectContainer c -> Optional.of(c.container());
      case ViewCommand.WatchUsage _ -> Optional.empty();
      case ViewCommand.ListSnapshots c -> Optional.of(c.container());
      case CopyCommand c -> Optional.of(c.container());
    };
  }

  /** Whether its output goes to a reader as it comes. */
  static boolean streamed(Command command) {
    return switch (command) {
      case ProcessCommand c -> c.stream();
      case ContainerCommand _, ImageCommand _, HostCommand _ -> false;
      case ViewCommand.InspectContainer _, ViewCommand.ListSnapshots _ -> false;
      case ViewCommand.WatchUsage _ -> true;
      case CopyCommand _ -> false;
    };
  }

  /** Whether it reads what people send it. */
  static boolean takesInput(Command command) {
    return command instanceof ProcessCommand.Exec exec && exec.stdin();
  }

  /** Whether it runs on a terminal, whose reader and writer may change. */
  static boolean onTerminal(Command command) {
    return command instanceof ProcessCommand.Exec exec && exec.terminal().isPresent();
  }

  /** Whether it goes on while nobody reads its output. */
  static boolean kept(Command command) {
    return command instanceof ProcessCommand.Exec exec && exec.keep();
  }
}

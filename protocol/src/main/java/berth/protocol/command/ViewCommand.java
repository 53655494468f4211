package berth.protocol.command;

import berth.protocol.ContainerName;
import java.util.Objects;

/** Looks at what is there, changes nothing, and waits for no other command. */
public sealed interface ViewCommand extends Command {

  /** Looks closely at one container, running or stopped. */
  record InspectContainer(ContainerName container) implements ViewCommand {
    public InspectContainer {
      Objects.requireNonNull(container, "container");
    }
  }
}

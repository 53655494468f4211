package berth.protocol.command;

import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.PoolName;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.SpecPatch;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** Work on one container. Commands for one container run in the order in which they came. */
public sealed interface ContainerCommand extends Command {
  /** The container it is about. */
  ContainerName container();

  /**
   * Makes a container from an image of the host, and starts it where asked. Refused with {@code
   * ALREADY_EXISTS} where another command made one of that name.
   *
   * @param pool where its volume goes; empty for the host's default pool
   * @param start empty to leave it stopped
   * @param spec what it shall be; empty for the defaults
   */
  record CreateContainer(
      ContainerName container,
      ImageName image,
      Optional<PoolName> pool,
      Optional<WaitFor> start,
      Optional<ContainerSpec> spec)
      implements ContainerCommand {
    public CreateContainer {
      Objects.requireNonNull(container, "container");
      Objects.requireNonNull(image, "image");
    }

    /** With all at the defaults. */
    public CreateContainer(
        ContainerName container,
        ImageName image,
        Optional<PoolName> pool,
        Optional<WaitFor> start) {
      this(container, image, pool, start, Optional.empty());
    }
  }

  /** Starts a container; one that runs already is fine. */
  record StartContainer(ContainerName container, WaitFor until) implements ContainerCommand {
    public StartContainer {
      Objects.requireNonNull(container, "container");
      until = until == null ? WaitFor.STARTED : until;
    }
  }

  /**
   * Stops a container in good order; one that is stopped already is fine.
   *
   * @param timeout after which it is killed; empty for the unit's own stop timeout
   */
  record StopContainer(ContainerName container, Optional<Duration> timeout)
      implements ContainerCommand {
    public StopContainer {
      Objects.requireNonNull(container, "container");
    }
  }

  /** Stops and starts a container, or starts it where it was stopped; once per command. */
  record RestartContainer(ContainerName container, WaitFor until) implements ContainerCommand {
    public RestartContainer {
      Objects.requireNonNull(container, "container");
      until = until == null ? WaitFor.STARTED : until;
    }
  }

  /**
   * Removes a container with its volume and settings; one that is not there is fine.
   *
   * @param force whether a running one is stopped first; else it is refused with {@code CONFLICT}
   */
  record RemoveContainer(ContainerName container, boolean force) implements ContainerCommand {
    public RemoveContainer {
      Objects.requireNonNull(container, "container");
    }
  }

  /**
   * Changes what a container shall be. Limits change at once; what waits for a restart is told in
   * the result's warnings. Refused with {@code CONFLICT} where its files were changed by hand.
   *
   * @param patch made on the host, so that two changes do not lose each other
   * @param force whether what was changed by hand is overwritten
   */
  record SetContainer(ContainerName container, SpecPatch patch, boolean force)
      implements ContainerCommand {
    public SetContainer {
      Objects.requireNonNull(container, "container");
      Objects.requireNonNull(patch, "patch");
    }
  }

  /**
   * Takes a container that was made by hand under Berth's care, as it is and without a restart; one
   * that Berth made is fine.
   */
  record AdoptContainer(ContainerName container) implements ContainerCommand {
    public AdoptContainer {
      Objects.requireNonNull(container, "container");
    }
  }
}

package berth.protocol.command;

import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.PoolName;
import berth.protocol.Sha256;
import berth.protocol.Signal;
import berth.protocol.SnapshotName;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.SpecPatch;
import berth.protocol.state.SnapshotState;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
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
   * Removes a container with its volume, settings and snapshots; one that is not there is fine.
   * Refused with {@code CONFLICT} while it has a protected snapshot.
   *
   * @param force whether a running one is stopped first; else it is refused with {@code CONFLICT}
   */
  record RemoveContainer(ContainerName container, boolean force) implements ContainerCommand {
    public RemoveContainer {
      Objects.requireNonNull(container, "container");
    }
  }

  /**
   * Sends a signal to a running container; once per command.
   *
   * @param whom the container's init alone, or all of its unit's processes
   */
  record KillContainer(ContainerName container, Signal signal, Whom whom)
      implements ContainerCommand {
    /** Who gets a signal. */
    public enum Whom {
      /** The container's init. */
      INIT,
      /**
       * Every process of the container's unit, nspawn's own too, as {@code machinectl kill
       * --kill-whom=all} does.
       */
      ALL
    }

    public KillContainer {
      Objects.requireNonNull(container, "container");
      Objects.requireNonNull(signal, "signal");
      whom = whom == null ? Whom.INIT : whom;
    }

    @Override
    public Repeat repeat() {
      return Repeat.ONCE;
    }
  }

  /**
   * Has a running container's init boot it again in good order; once per command. Refused with
   * {@code UNSUPPORTED} where its init is not systemd.
   */
  record RebootContainer(ContainerName container, WaitFor until) implements ContainerCommand {
    public RebootContainer {
      Objects.requireNonNull(container, "container");
      until = until == null ? WaitFor.STARTED : until;
    }
  }

  /**
   * Keeps a running container's processes from running; one that is paused already is fine. Refused
   * with {@code UNSUPPORTED} on a host that can't freeze units.
   */
  record PauseContainer(ContainerName container) implements ContainerCommand {
    public PauseContainer {
      Objects.requireNonNull(container, "container");
    }
  }

  /** Has a paused container go on where it was; one that runs is fine. */
  record ResumeContainer(ContainerName container) implements ContainerCommand {
    public ResumeContainer {
      Objects.requireNonNull(container, "container");
    }
  }

  /**
   * Makes a container as a copy of another one of the host, in the same pool, with its settings but
   * an identity of its own. Refused with {@code ALREADY_EXISTS} where something has the name, and
   * with {@code CONFLICT} for a running source whose pool can't copy it as of one moment.
   *
   * @param container the new one
   * @param source what is copied
   */
  record CloneContainer(ContainerName container, ContainerName source) implements ContainerCommand {
    public CloneContainer {
      Objects.requireNonNull(container, "container");
      Objects.requireNonNull(source, "source");
      if (container.equals(source)) {
        throw new IllegalArgumentException(
            "bad name of a clone \"" + container + "\": its source's");
      }
    }
  }

  /**
   * Gives a stopped container another name, with its volume and settings. Refused with {@code
   * CONFLICT} while it runs, and with {@code ALREADY_EXISTS} where something has the name.
   *
   * @param container what it is called before
   * @param to what it is called afterwards
   */
  record RenameContainer(ContainerName container, ContainerName to) implements ContainerCommand {
    public RenameContainer {
      Objects.requireNonNull(container, "container");
      Objects.requireNonNull(to, "to");
      if (container.equals(to)) {
        throw new IllegalArgumentException("bad new name \"" + to + "\": it is the old one");
      }
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

  /**
   * Makes a container of an archive that {@link CopyCommand.ExportContainer} made, on this host or
   * another, in a pool of this layout or another. It counts once all of it is there and as it was
   * sealed. Refused with {@code ALREADY_EXISTS} where something has the name.
   *
   * @param pool where its volume goes; empty for the host's default pool
   * @param location where the archive is: absolute, or a path beneath the controller's address
   * @param sha256 of the archive
   * @param size of the archive in bytes
   * @param keepIdentity whether it stays who it was, with its machine-id, host name and ssh host
   *     keys; else it gets others, as a clone does
   * @param trusted whether also what reaches out of the container is as the archive says: folders
   *     and devices of the host, rights, networks, users; else that is left out and told
   * @param start empty to leave it stopped
   */
  record ImportContainer(
      ContainerName container,
      Optional<PoolName> pool,
      URI location,
      Sha256 sha256,
      ByteSize size,
      boolean keepIdentity,
      boolean trusted,
      Optional<WaitFor> start)
      implements ContainerCommand {
    public ImportContainer {
      Objects.requireNonNull(container, "container");
      pool = pool == null ? Optional.empty() : pool;
      Objects.requireNonNull(location, "location");
      Objects.requireNonNull(sha256, "sha256");
      Objects.requireNonNull(size, "size");
      start = start == null ? Optional.empty() : start;
    }
  }

  /** Work on one snapshot of a container; which there are, {@link ViewCommand} shows. */
  sealed interface SnapshotCommand extends ContainerCommand {
    /** The snapshot it is about. */
    SnapshotName snapshot();
  }

  /**
   * Keeps a container's volume as it is now, running or stopped, with what is nested in it. Of a
   * running one each file is as it was at that moment, as after a power cut. Refused with {@code
   * ALREADY_EXISTS} where another command made one of that name, with {@code CONFLICT} for a
   * running one whose pool can't copy it as of one moment, and with {@code UNSUPPORTED} where a
   * snapshot would be a whole copy.
   *
   * @param expiresAfter how long from then on it is kept, a second to ten years; empty for until it
   *     is removed, as a protected one always is
   */
  record CreateSnapshot(
      ContainerName container,
      SnapshotName snapshot,
      Optional<String> comment,
      @JsonProperty("protected") boolean isProtected,
      Optional<Duration> expiresAfter)
      implements SnapshotCommand {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofDays(3660);

    public CreateSnapshot {
      Objects.requireNonNull(container, "container");
      Objects.requireNonNull(snapshot, "snapshot");
      comment = SnapshotState.requireComment(comment == null ? Optional.empty() : comment);
      expiresAfter = expiresAfter == null ? Optional.empty() : expiresAfter;
      expiresAfter.ifPresent(span -> {
        if (span.compareTo(SHORTEST) < 0 || span.compareTo(LONGEST) > 0) {
          throw new IllegalArgumentException("bad expiry " + span + ": a second to ten years");
        }
      });
      if (isProtected && expiresAfter.isPresent()) {
        throw new IllegalArgumentException(
            "snapshot " + snapshot + " can't be protected and expire: choose one");
      }
    }
  }

  /**
   * Makes a stopped container's volume what it was when the snapshot was taken, in one step, also
   * where the volume is gone. Its other snapshots and its settings stay. Refused with {@code
   * CONFLICT} while it runs.
   */
  record RestoreSnapshot(ContainerName container, SnapshotName snapshot)
      implements SnapshotCommand {
    public RestoreSnapshot {
      Objects.requireNonNull(container, "container");
      Objects.requireNonNull(snapshot, "snapshot");
    }
  }

  /**
   * Removes a snapshot; one that is not there is fine.
   *
   * @param force whether also a protected one; else that is refused with {@code CONFLICT}
   */
  record RemoveSnapshot(ContainerName container, SnapshotName snapshot, boolean force)
      implements SnapshotCommand {
    public RemoveSnapshot {
      Objects.requireNonNull(container, "container");
      Objects.requireNonNull(snapshot, "snapshot");
    }
  }
}

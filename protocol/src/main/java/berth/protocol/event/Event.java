package berth.protocol.event;

import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.PoolName;
import berth.protocol.state.ContainerState;
import berth.protocol.state.ImageState;
import berth.protocol.state.PoolState;
import java.util.Objects;

/** Something that happened on a host. It carries the thing as it is afterwards. */
public sealed interface Event {

  /** Something happened to a container that is still there. */
  sealed interface ContainerEvent extends Event {
    /** The container as it is after the event. */
    ContainerState container();
  }

  /** A container was made, by Berth or by hand. */
  record ContainerCreated(ContainerState container) implements ContainerEvent {
    public ContainerCreated {
      Objects.requireNonNull(container, "container");
    }
  }

  /** Its init runs. */
  record ContainerStarted(ContainerState container) implements ContainerEvent {
    public ContainerStarted {
      Objects.requireNonNull(container, "container");
    }
  }

  /** Its init has told that it finished booting. */
  record ContainerReady(ContainerState container) implements ContainerEvent {
    public ContainerReady {
      Objects.requireNonNull(container, "container");
    }
  }

  /** It ended in good order. */
  record ContainerStopped(ContainerState container) implements ContainerEvent {
    public ContainerStopped {
      Objects.requireNonNull(container, "container");
    }
  }

  /** It ended in failure, or could not be started; its reason tells. */
  record ContainerFailed(ContainerState container) implements ContainerEvent {
    public ContainerFailed {
      Objects.requireNonNull(container, "container");
    }
  }

  /** The kernel killed something in it for want of memory. */
  record ContainerOutOfMemory(ContainerState container) implements ContainerEvent {
    public ContainerOutOfMemory {
      Objects.requireNonNull(container, "container");
    }
  }

  /** Its init asked to be booted again, and runs again: another run without a stop in between. */
  record ContainerRebooted(ContainerState container) implements ContainerEvent {
    public ContainerRebooted {
      Objects.requireNonNull(container, "container");
    }
  }

  /** Anything else about it changed: an address, a limit, that it was paused or resumed. */
  record ContainerChanged(ContainerState container) implements ContainerEvent {
    public ContainerChanged {
      Objects.requireNonNull(container, "container");
    }
  }

  /** Its files were changed by hand, and no longer say what it shall be; its drift tells. */
  record ContainerDrifted(ContainerState container) implements ContainerEvent {
    public ContainerDrifted {
      Objects.requireNonNull(container, "container");
    }
  }

  /**
   * It came up against a limit of its own, and was held there. Told at once the first time, and
   * then once a minute at most.
   *
   * @param limit which one
   * @param times how often since that was last told, as the kernel counts it
   */
  record ContainerLimitReached(ContainerState container, ReachedLimit limit, long times)
      implements ContainerEvent {
    public ContainerLimitReached {
      Objects.requireNonNull(container, "container");
      Objects.requireNonNull(limit, "limit");
      if (times < 1) {
        throw new IllegalArgumentException("a limit was reached once at least, not " + times);
      }
    }
  }

  /** A container is no longer there. */
  record ContainerRemoved(ContainerName name) implements Event {
    public ContainerRemoved {
      Objects.requireNonNull(name, "name");
    }
  }

  /** An image was completed or replaced. */
  record ImageAdded(ImageState image) implements Event {
    public ImageAdded {
      Objects.requireNonNull(image, "image");
    }
  }

  /** An image is no longer there. */
  record ImageRemoved(ImageName name, PoolName pool) implements Event {
    public ImageRemoved {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(pool, "pool");
    }
  }

  /** Something happened to a pool. */
  sealed interface PoolEvent extends Event {
    /** The pool as it is after the event. */
    PoolState pool();
  }

  /** A pool appeared, or its use moved by a step worth telling. */
  record PoolChanged(PoolState pool) implements PoolEvent {
    public PoolChanged {
      Objects.requireNonNull(pool, "pool");
    }
  }

  /** It has little room left, also where it was full before; its fullness tells of what. */
  record PoolNearlyFull(PoolState pool) implements PoolEvent {
    public PoolNearlyFull {
      Objects.requireNonNull(pool, "pool");
    }
  }

  /** It has next to no room left; its fullness tells of what. */
  record PoolFull(PoolState pool) implements PoolEvent {
    public PoolFull {
      Objects.requireNonNull(pool, "pool");
    }
  }

  /** It has room again. */
  record PoolRecovered(PoolState pool) implements PoolEvent {
    public PoolRecovered {
      Objects.requireNonNull(pool, "pool");
    }
  }

  /**
   * The agent found its journal unreadable, set it aside and began a new one: what it had accepted
   * and not answered before this epoch will not be answered any more.
   *
   * @param keptAs the path on the host of what was set aside
   */
  record JournalLost(String keptAs) implements Event {
    public JournalLost {
      Objects.requireNonNull(keptAs, "keptAs");
    }
  }
}

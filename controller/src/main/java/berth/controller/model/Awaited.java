package berth.controller.model;

import berth.protocol.state.ContainerState.Status;

/** What somebody waits for a container to be. */
public enum Awaited {
  /** Its init has told that it finished booting. */
  READY,
  /** It is down, in whatever way. */
  STOPPED;

  /** Whether a container of that status is it. */
  public boolean holds(Status status) {
    return switch (this) {
      case READY -> status == Status.READY;
      case STOPPED -> status.down();
    };
  }
}

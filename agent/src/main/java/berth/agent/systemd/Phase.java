package berth.agent.systemd;

import java.util.ArrayList;
import java.util.List;

/** Where a container's unit is in its life. */
enum Phase {
  DOWN,
  FAILED,
  STARTING,
  RUNNING,
  READY,
  PAUSED,
  STOPPING,
  REBOOTING;

  /** The phase after one that was before. */
  static Phase of(UnitStatus status, Phase before) {
    if (status.isComingAgain()) {
      return status.isReboot() ? REBOOTING : FAILED;
    }
    return switch (status.active()) {
      case "active", "reloading" -> running(status, before);
      case "activating" -> STARTING;
      case "deactivating" -> STOPPING;
      case "failed" -> FAILED;
      case "inactive" -> inactive(status, before);
      default -> before;
    };
  }

  /**
   * On its way to another run a unit is inactive, too: on systemd 252 for a moment that is told.
   */
  private static Phase inactive(UnitStatus status, Phase before) {
    if (status.queued()) {
      return before;
    }
    var ran = before == RUNNING || before == READY || before == STOPPING;
    return ran && status.isReboot() ? REBOOTING : DOWN;
  }

  private static Phase running(UnitStatus status, Phase before) {
    if (status.frozen()) {
      return PAUSED;
    }
    return status.isReady() || before == READY ? READY : RUNNING;
  }

  /** What has happened when a unit comes from that phase into this one. */
  List<UnitEvent> since(Phase before, UnitStatus status) {
    var events = new ArrayList<UnitEvent>();
    if (this == before) {
      return events;
    }
    if (before == PAUSED && (this == RUNNING || this == READY)) {
      events.add(new UnitEvent.Resumed(status));
      return events;
    }
    switch (this) {
      case DOWN -> events.add(new UnitEvent.Stopped(status));
      case FAILED -> events.add(new UnitEvent.Failed(status));
      case STARTING -> events.add(new UnitEvent.Starting(status));
      case RUNNING -> events.add(new UnitEvent.Started(status));
      case READY -> {
        if (before != RUNNING) {
          events.add(new UnitEvent.Started(status));
        }
        events.add(new UnitEvent.Ready(status));
      }
      case PAUSED -> events.add(new UnitEvent.Paused(status));
      case STOPPING -> events.add(new UnitEvent.Stopping(status));
      case REBOOTING -> events.add(new UnitEvent.Rebooting(status));
    }
    return events;
  }
}

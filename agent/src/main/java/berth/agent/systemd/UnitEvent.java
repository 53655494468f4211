package berth.agent.systemd;

import berth.protocol.event.ReachedLimit;

/** Something that happened to the unit that runs a container, with what systemd knew of it then. */
public sealed interface UnitEvent {
  /** The unit as it is after the event. */
  UnitStatus status();

  /** Its start began. */
  record Starting(UnitStatus status) implements UnitEvent {}

  /** The container's init runs. */
  record Started(UnitStatus status) implements UnitEvent {}

  /** The container's init has told that it finished booting. */
  record Ready(UnitStatus status) implements UnitEvent {}

  /** Its stop began. */
  record Stopping(UnitStatus status) implements UnitEvent {}

  /** It ended in good order. */
  record Stopped(UnitStatus status) implements UnitEvent {}

  /** It ended otherwise; the status has result, exit code and exit status. */
  record Failed(UnitStatus status) implements UnitEvent {}

  /** Its init asked to be booted again; {@link Started} follows. */
  record Rebooting(UnitStatus status) implements UnitEvent {}

  /** Its processes are kept from running. */
  record Paused(UnitStatus status) implements UnitEvent {}

  /** Its processes go on where they were. */
  record Resumed(UnitStatus status) implements UnitEvent {}

  /** The kernel killed processes in it for want of memory; it goes on. */
  record OutOfMemory(UnitStatus status, long processes) implements UnitEvent {}

  /** It came up against a limit of its own, so many times more; it goes on. */
  record LimitReached(UnitStatus status, ReachedLimit limit, long times) implements UnitEvent {}
}

package berth.protocol.command;

/** How far a start must have come before its command counts as done. */
public enum WaitFor {
  /** The container's unit is active and its leader runs. */
  STARTED,
  /** The container's init has told that it finished booting (sd_notify(3), {@code READY=1}). */
  READY
}

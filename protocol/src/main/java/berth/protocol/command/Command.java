package berth.protocol.command;

/** Something that the controller asks one host to do. */
public sealed interface Command
    permits ContainerCommand, ImageCommand, ProcessCommand, HostCommand, ViewCommand, CopyCommand {

  /** May it run again after a crash in its middle? */
  enum Repeat {
    /** Run again until it holds. */
    IDEMPOTENT,
    /** Never run a second time: after a crash it ends as {@code INTERRUPTED}. */
    ONCE
  }

  /** Whether the agent may run this again after it was killed in its middle. */
  default Repeat repeat() {
    return Repeat.IDEMPOTENT;
  }
}

package berth.agent.linux;

/** Signals to all processes of a group, such as a program and its children, or to one. */
public final class ProcessGroup {
  private ProcessGroup() {}

  /** Sends a signal to a group (kill(2)); one that is gone is left at that. */
  public static void signal(long group, int signal) {
    if (group <= 1) {
      throw new IllegalArgumentException("not a process group: " + group);
    }
    Libc.kill((int) -group, signal);
  }

  /** Sends a signal to one process; one that is gone is left at that. */
  public static void signalOne(long process, int signal) {
    if (process <= 1) {
      throw new IllegalArgumentException("not a process to be signalled: " + process);
    }
    Libc.kill((int) process, signal);
  }
}

package berth.agent.linux;

/** All processes of a group, such as a program and its children. */
public final class ProcessGroup {
  private ProcessGroup() {}

  /** Sends a signal to a group (kill(2)); one that is gone is left at that. */
  public static void signal(long group, int signal) {
    if (group <= 1) {
      throw new IllegalArgumentException("not a process group: " + group);
    }
    Libc.kill((int) -group, signal);
  }
}

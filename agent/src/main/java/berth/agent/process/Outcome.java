package berth.agent.process;

/** How a program in a container ended. */
public sealed interface Outcome {

  /** It ended by itself. */
  record Exited(int code) implements Outcome {}

  /** A signal killed it (signal(7)). */
  record Signalled(int signal, boolean coreDumped) implements Outcome {}

  /** It never ran. */
  record NotStarted(Reason reason, String message) implements Outcome {}

  /** Its time limit passed and it was killed. */
  record TimedOut() implements Outcome {}

  /** It was cancelled and is dead. */
  record Cancelled() implements Outcome {}

  /** The container stopped, or its systemd became unreachable, before the end was known. */
  record Lost(String message) implements Outcome {}

  /** It may run on: who runs it does not answer. */
  record NoAnswer(String message) implements Outcome {}

  /** Why a program did not run. */
  enum Reason {
    /** There is no such program, or it can't be executed. */
    NO_SUCH_PROGRAM,
    /** There is no such user. */
    NO_SUCH_USER,
    /** There is no such directory to run in. */
    NO_SUCH_DIRECTORY,
    /** The container does not run. */
    NOT_RUNNING,
    /** The container has no D-Bus, or not yet. */
    NO_BUS,
    /** The container is paused. */
    PAUSED,
    /** The container's systemd does not answer. */
    NO_ANSWER,
    /** The container's systemd refused for another reason. */
    REFUSED
  }
}

package berth.controller.cli;

/** Does something when the person interrupts the process (Ctrl-C) before the work is done. */
final class Interrupt implements AutoCloseable {
  private final Thread hook;
  private volatile boolean done;

  private Interrupt(Runnable action) {
    hook =
        new Thread(
            () -> {
              if (!done) {
                action.run();
              }
            },
            "interrupt");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  static Interrupt then(Runnable action) {
    return new Interrupt(action);
  }

  /** From here on an interrupt means nothing any more. */
  void done() {
    done = true;
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The process is ending already: the hook runs.
    }
  }
}

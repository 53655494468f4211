package berth.controller.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Whether the person at the terminal pressed q, which needs no Enter where stty(1) is there. */
final class QuitKey implements AutoCloseable {
  private final Thread hook = new Thread(QuitKey::restore, "restore-terminal");
  private final boolean raw;
  private volatile boolean pressed;

  private QuitKey(Terminal terminal, boolean watch) {
    raw = watch && terminal.outIsTerminal() && !terminal.inHasData();
    if (raw) {
      stty("-icanon", "-echo");
      Runtime.getRuntime().addShutdownHook(hook);
      Thread.ofPlatform().daemon().name("keys").start(() -> read(terminal));
    }
  }

  /**
   * Begins to listen, where somebody may press a key at all.
   *
   * @param watch whether there is anything to be quit
   */
  static QuitKey on(Terminal terminal, boolean watch) {
    return new QuitKey(terminal, watch);
  }

  boolean pressed() {
    return pressed;
  }

  @Override
  public void close() {
    if (raw) {
      restore();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException _) {
        // The process is ending already: the hook runs.
      }
    }
  }

  private void read(Terminal terminal) {
    try {
      for (var key = terminal.in().read(); key >= 0; key = terminal.in().read()) {
        pressed = pressed || key == 'q';
      }
    } catch (IOException _) {
      // Then it is Ctrl-C that ends it.
    }
  }

  private static void restore() {
    stty("icanon", "echo");
  }

  private static void stty(String... settings) {
    var argv = new ArrayList<>(List.of("stty"));
    argv.addAll(List.of(settings));
    try {
      var _ = new ProcessBuilder(argv).inheritIO().start().waitFor(1, TimeUnit.SECONDS);
    } catch (IOException _) {
      // Then q needs an Enter behind it.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

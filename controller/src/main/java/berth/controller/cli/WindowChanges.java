package berth.controller.cli;

import java.lang.reflect.Proxy;

/** Tells when the terminal's window has another size (SIGWINCH, signal(7)). */
final class WindowChanges {
  private WindowChanges() {}

  /**
   * Calls the action on a thread of its own each time, from now on. The JDK's interface to signals
   * is reached by reflection: the compiler warns of its name whatever is done, and a JDK without it
   * only loses this.
   */
  static void watch(Runnable action) {
    try {
      var signal = Class.forName("sun.misc.Signal");
      var handler = Class.forName("sun.misc.SignalHandler");
      var calling =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (_, method, _) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                }
                return null;
              });
      var change = signal.getConstructor(String.class).newInstance("WINCH");
      signal.getMethod("handle", signal, handler).invoke(null, change, calling);
    } catch (ReflectiveOperationException _) {
      // The window keeps the size that it had at first.
    }
  }
}

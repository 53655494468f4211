package berth.agent.systemd;

import java.util.concurrent.CountDownLatch;

/** A service that tells that it is ready and then waits for its end. */
final class NotifyingProgram {
  private NotifyingProgram() {}

  public static void main(String[] arguments) throws InterruptedException {
    Notify notify = Notify.fromEnvironment();
    notify.status("fed each " + notify.watchdogInterval().orElseThrow());
    notify.watchdog();
    notify.ready();
    new CountDownLatch(1).await();
  }
}

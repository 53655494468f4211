package berth.agent.systemd;

import berth.agent.linux.LinuxException;
import berth.agent.linux.UnixSocket;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Tells the service manager how this process is (sd_notify(3)). Where no manager wants to know, it
 * does nothing.
 */
public final class Notify {
  private static final Logger LOG = System.getLogger(Notify.class.getName());

  private final Optional<String> socket;
  private final Optional<Duration> watchdog;

  private Notify(Optional<String> socket, Optional<Duration> watchdog) {
    this.socket = socket;
    this.watchdog = watchdog;
  }

  /** As the manager that started this process wants it. */
  public static Notify fromEnvironment() {
    return from(System.getenv(), ProcessHandle.current().pid());
  }

  static Notify from(Map<String, String> environment, long pid) {
    String forPid = environment.getOrDefault("WATCHDOG_PID", String.valueOf(pid));
    Optional<Duration> watchdog =
        Optional.ofNullable(environment.get("WATCHDOG_USEC"))
            .filter(_ -> forPid.equals(String.valueOf(pid)))
            .filter(microseconds -> microseconds.matches("[1-9][0-9]{0,14}"))
            .map(microseconds -> Duration.ofNanos(Long.parseLong(microseconds) * 1000));
    Optional<String> socket =
        Optional.ofNullable(environment.get("NOTIFY_SOCKET"))
            .filter(path -> path.startsWith("/") || path.startsWith("@"));
    return new Notify(socket, watchdog);
  }

  /** The agent has started, or has taken its configuration again. */
  public void ready() {
    send("READY=1");
  }

  /** One line for people, shown by {@code systemctl status}. */
  public void status(String line) {
    send("STATUS=" + line.replace('\n', ' '));
  }

  /** The agent is alive. */
  public void watchdog() {
    send("WATCHDOG=1");
  }

  /** The agent begins to end. */
  public void stopping() {
    send("STOPPING=1");
  }

  /** How often {@link #watchdog} is to be called: twice as often as the manager wants it. */
  public Optional<Duration> watchdogInterval() {
    return watchdog.map(limit -> limit.dividedBy(2));
  }

  private void send(String state) {
    if (socket.isEmpty()) {
      return;
    }
    try {
      UnixSocket.sendDatagram(socket.get(), state.getBytes(StandardCharsets.UTF_8));
    } catch (LinuxException e) {
      LOG.log(Level.WARNING, "the service manager did not take " + state, e);
    }
  }
}

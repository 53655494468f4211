package berth.agent.systemd;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What systemd knows about a service.
 *
 * @param load {@code loaded}, {@code not-found}, {@code masked}, {@code bad-setting} ...
 * @param active the state in one word: active, reloading, inactive, failed, activating,
 *     deactivating or maintenance
 * @param sub the finer state, such as {@code running} or {@code auto-restart}
 * @param result {@code success}, or how it failed: {@code exit-code}, {@code signal}, {@code
 *     timeout}, {@code oom-kill} ... (systemd.exec(5), {@code $SERVICE_RESULT})
 * @param exitCode 1 where the main process exited, 2 where a signal killed it, 3 with a core dump
 *     (the CLD_ constants), 0 before
 * @param exitStatus its exit code or the signal's number
 * @param text what the service says about itself, {@code STATUS=} of sd_notify(3)
 * @param restarts how often systemd restarted it by itself
 * @param mainPid of the main process; 0 where there is none
 * @param invocation of this run, new for each start
 * @param controlGroup below the cgroup root, beginning with a slash; empty where there is none
 * @param since when the active state became what it is
 * @param unitFile {@code enabled}, {@code disabled}, {@code static} ...
 * @param frozen whether its processes are kept from running
 * @param queued whether systemd has a job about it that is not done yet
 */
public record UnitStatus(
    UnitName unit,
    String load,
    String active,
    String sub,
    String result,
    int exitCode,
    int exitStatus,
    String text,
    int restarts,
    int mainPid,
    String invocation,
    String controlGroup,
    Optional<Instant> since,
    String unitFile,
    boolean frozen,
    boolean queued) {
  /** How nspawn exits when the container asked to be booted again (systemd-nspawn@.service). */
  private static final int REBOOT = 133;

  /** The number in a unit's Job property where it has none. */
  private static final Long NO_JOB = 0L;

  /** How the sub-state ends while systemd waits to start it again by itself. */
  private static final String AGAIN = "auto-restart";

  private static final String READY = "Container running: Ready.";

  /** From all properties of a unit. */
  public static UnitStatus of(UnitName unit, Properties p) {
    return new UnitStatus(
        unit,
        p.text("LoadState"),
        p.text("ActiveState"),
        p.text("SubState"),
        p.text("Result"),
        (int) p.number("ExecMainCode"),
        (int) p.number("ExecMainStatus"),
        p.text("StatusText"),
        (int) p.number("NRestarts"),
        (int) p.number("MainPID"),
        hex(p.values().get("InvocationID")),
        p.text("ControlGroup"),
        instant(p.number("StateChangeTimestamp")),
        p.text("UnitFileState"),
        p.text("FreezerState").equals("frozen"),
        p.list("Job").stream().findFirst().filter(id -> !id.equals(NO_JOB)).isPresent());
  }

  /** Whether it runs. */
  public boolean isActive() {
    return active.equals("active") || active.equals("reloading");
  }

  /** Whether it is down, in whatever way, and stays so. */
  public boolean isDown() {
    return (active.equals("inactive") || active.equals("failed")) && !isComingAgain();
  }

  /**
   * Whether it has ended and systemd will start it again by itself in a moment. While that start
   * waits for other units, systemd 252 has it as inactive, with how it ended and a job.
   */
  public boolean isComingAgain() {
    boolean waits = queued && active.equals("inactive");
    return sub.endsWith(AGAIN) || (waits && (isReboot() || !result.equals("success")));
  }

  public boolean isFailed() {
    return active.equals("failed");
  }

  /** Whether the init of a container's unit said that it finished booting. */
  public boolean isReady() {
    return isActive() && text.equals(READY);
  }

  /** Whether a container's unit is down, or coming up again, because its init asked to reboot. */
  public boolean isReboot() {
    return exitCode == 1 && exitStatus == REBOOT;
  }

  private static Optional<Instant> instant(long microseconds) {
    return microseconds <= 0
        ? Optional.empty()
        : Optional.of(Instant.EPOCH.plus(Duration.ofNanos(microseconds * 1000)));
  }

  private static String hex(Object bytes) {
    return bytes instanceof byte[] id ? java.util.HexFormat.of().formatHex(id) : "";
  }
}

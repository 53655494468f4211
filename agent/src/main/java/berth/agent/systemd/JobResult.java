package berth.agent.systemd;

import java.util.Locale;

/** How a job of systemd's ended (org.freedesktop.systemd1(5), JobRemoved). */
public enum JobResult {
  DONE,
  CANCELED,
  TIMEOUT,
  FAILED,
  DEPENDENCY,
  SKIPPED,
  /** One that only newer releases have. */
  OTHER;

  static JobResult of(String text) {
    for (JobResult result : values()) {
      if (result.name().toLowerCase(Locale.ROOT).equals(text)) {
        return result;
      }
    }
    return OTHER;
  }

  /** Whether the unit is now as it was asked to be. */
  public boolean isDone() {
    return this == DONE;
  }
}

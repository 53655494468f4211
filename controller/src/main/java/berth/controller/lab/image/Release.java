package berth.controller.lab.image;

import berth.controller.lab.machine.CgroupLayout;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A release of Debian that a host of the lab can be made of, with its version of systemd. */
public enum Release {
  BOOKWORM(252),
  TRIXIE(257),
  FORKY(262),
  SID(262);

  /** From this version on systemd boots on control groups of version 2 alone. */
  private static final int PURE_ONLY = 258;

  private final int systemd;

  Release(int systemd) {
    this.systemd = systemd;
  }

  /** Reads a code name as Debian writes it. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Release of(String name) {
    return Arrays.stream(values())
        .filter(release -> release.toString().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "unknown release %s, known are %s".formatted(name, known())));
  }

  /** Why it can't boot on this machine, if it can't. */
  public Optional<String> refusal(CgroupLayout layout) {
    return systemd < PURE_ONLY || layout.pure()
        ? Optional.empty()
        : Optional.of(
            ("%s has systemd %d or later, which boots on control groups of version 2 alone, and"
                 + " this machine mounts version 1 beside them: take trixie or bookworm, a machine"
                 + " with version 2 alone, or a test kernel")
                .formatted(this, systemd));
  }

  /** Whether it gets its security updates from a suite of their own. */
  public boolean hasSecuritySuite() {
    return this != SID;
  }

  private static String known() {
    return Arrays.stream(values()).map(Release::toString).collect(Collectors.joining(", "));
  }

  /** The code name as Debian writes it. */
  @JsonValue
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

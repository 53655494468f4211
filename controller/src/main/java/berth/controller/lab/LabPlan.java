package berth.controller.lab;

import berth.controller.lab.image.Release;
import berth.controller.lab.machine.Subnet;
import java.util.Objects;
import java.util.Optional;

/**
 * What a lab is to consist of.
 *
 * @param hosts how many hosts, called lab1, lab2 and so on
 * @param release the release of Debian that they run
 * @param mirror where its packages come from; this machine's own sources otherwise
 * @param fleet whether there are agents on the hosts and a controller, or bare hosts only
 */
public record LabPlan(int hosts, Release release, Optional<String> mirror, boolean fleet) {
  public LabPlan {
    Objects.requireNonNull(release, "release");
    Objects.requireNonNull(mirror, "mirror");
    if (hosts < 1 || hosts > Subnet.MOST_HOSTS) {
      throw new IllegalArgumentException(
          "bad number of hosts %d: 1 to %d".formatted(hosts, Subnet.MOST_HOSTS));
    }
    if (mirror.isPresent() && !mirror.get().matches("(https?|file|ftp)://[^\\s\\[\\]]+")) {
      throw new IllegalArgumentException("bad mirror " + mirror.get() + ": http://HOST/PATH");
    }
  }

  /** Hosts of the usual release with agents and a controller. */
  public static LabPlan of(int hosts) {
    return new LabPlan(hosts, Release.TRIXIE, Optional.empty(), true);
  }

  /** The same hosts without agents and controller. */
  public LabPlan bare() {
    return new LabPlan(hosts, release, mirror, false);
  }
}

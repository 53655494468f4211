package berth.protocol.spec;

import berth.protocol.Names;
import java.util.regex.Pattern;

/**
 * A device of the host's that the container may use: let through by its unit
 * (systemd.resource-control(5), {@code DeviceAllow=}) and seen under its own name.
 *
 * @param path below /dev
 * @param access some of {@code r}, {@code w} and {@code m} (make); {@code rw} where left out
 */
public record Device(String path, String access) {
  private static final Pattern ACCESS = Pattern.compile("r?w?m?");

  public Device {
    Rules.wordPath("device", path);
    if (!path.startsWith("/dev/")) {
      throw Rules.bad("device", path, "a path below /dev");
    }
    access = access == null || access.isEmpty() ? "rw" : access;
    Names.require("access", ACCESS, "some of r, w and m, in that order", access);
  }
}

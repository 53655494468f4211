package berth.agent.container;

import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.agent.systemd.dbus.Variant;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.ResourceLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Changes the limits of containers while they run. That they hold after the next start, too, is the
 * drop-in's work: what systemd writes down for a change at run time is taken away again, or it
 * would outlive a later one.
 */
final class LiveLimits {
  private static final Path RUNTIME = Path.of("/run/systemd/system.control");

  private final Systemd systemd;

  LiveLimits(Systemd systemd) {
    this.systemd = systemd;
  }

  /**
   * Has the kernel know what the unit's files say by now.
   *
   * @param before what held until now, so that only what changed is told; empty to tell all
   */
  void apply(UnitName unit, Optional<ResourceLimits> before, ContainerSpec spec)
      throws IOException {
    var changed =
        Arrays.stream(Limit.values())
            .filter(limit -> before.isEmpty() || differs(limit, before.get(), spec.limits()))
            .toList();
    if (changed.isEmpty()) {
      return;
    }
    var properties = systemd.properties(unit).values();
    var settings = new LinkedHashMap<String, Variant>();
    for (var limit : changed) {
      var value = properties.get(limit.property());
      if (value != null) {
        settings.put(limit.property(), limit.sent(value));
      }
    }
    systemd.setProperties(unit, true, settings);
    forget(unit, changed);
    systemd.reload();
  }

  /** Takes away what an earlier change at run time left behind. */
  void forgetRuntime(UnitName unit, ResourceLimits before, ResourceLimits after)
      throws IOException {
    var changed =
        Arrays.stream(Limit.values()).filter(limit -> differs(limit, before, after)).toList();
    if (forget(unit, changed)) {
      systemd.reload();
    }
  }

  private static boolean differs(Limit limit, ResourceLimits before, ResourceLimits after) {
    return !limit.wish(before).equals(limit.wish(after));
  }

  private static boolean forget(UnitName unit, List<Limit> limits) throws IOException {
    var folder = RUNTIME.resolve(unit + ".d");
    var any = false;
    for (var limit : limits) {
      any |= Files.deleteIfExists(folder.resolve("50-" + limit.setting() + ".conf"));
    }
    return any;
  }
}

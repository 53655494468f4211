package berth.agent.settings;

import berth.protocol.ByteSize;
import berth.protocol.spec.Bandwidth;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.ResourceLimits;
import berth.protocol.spec.Restart;
import berth.protocol.spec.TimeSpan;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a specification comes to in a drop-in of the container's unit; nothing where it needs none.
 */
public final class UnitWriter {
  private static final String UNIT = "Unit";
  private static final String SERVICE = "Service";

  /** systemd's own limit for a start (systemd-system.conf(5), DefaultTimeoutStartSec). */
  private static final Duration START_LIMIT = Duration.ofSeconds(90);

  private final List<Entry> entries = new ArrayList<>();

  private UnitWriter() {}

  /** The settings that a specification says. */
  public static Entries of(ContainerSpec spec) {
    var writer = new UnitWriter();
    spec.description().ifPresent(text -> writer.add(UNIT, "Description", escaped(text)));
    spec.after().forEach(name -> writer.add(UNIT, "After", "systemd-nspawn@" + name + ".service"));
    writer.limits(spec.limits());
    for (var device : spec.devices()) {
      writer.add(SERVICE, "DeviceAllow", device.path() + " " + device.access());
    }
    if (spec.restart() != Restart.NO) {
      writer.add(SERVICE, "Restart", spec.restart().word());
    }
    spec.restartDelay().ifPresent(delay -> writer.add(SERVICE, "RestartSec", delay.toString()));
    spec.startDelay().ifPresent(writer::delay);
    spec.stopTimeout().ifPresent(limit -> writer.add(SERVICE, "TimeoutStopSec", limit.toString()));
    return new Entries(writer.entries);
  }

  private void limits(ResourceLimits limits) {
    limits.memoryHigh().ifPresent(size -> add(SERVICE, "MemoryHigh", size(size)));
    limits.memory().ifPresent(size -> add(SERVICE, "MemoryMax", size(size)));
    limits.swap().ifPresent(size -> add(SERVICE, "MemorySwapMax", size(size)));
    limits.cpus().ifPresent(cpus -> add(SERVICE, "CPUQuota", percent(cpus)));
    limits.cpuWeight().ifPresent(weight -> add(SERVICE, "CPUWeight", weight.toString()));
    limits.tasks().ifPresent(tasks -> add(SERVICE, "TasksMax", tasks.toString()));
    limits.ioWeight().ifPresent(weight -> add(SERVICE, "IOWeight", weight.toString()));
    limits.ioRead().forEach(one -> add(SERVICE, "IOReadBandwidthMax", bandwidth(one)));
    limits.ioWrite().forEach(one -> add(SERVICE, "IOWriteBandwidthMax", bandwidth(one)));
  }

  private void delay(TimeSpan delay) {
    var seconds = BigDecimal.valueOf(delay.value().toMillis(), 3).stripTrailingZeros();
    var limit = new TimeSpan(START_LIMIT.plus(delay.value()));
    add(SERVICE, "ExecStartPre", "sleep " + seconds.toPlainString());
    add(SERVICE, "TimeoutStartSec", limit.toString());
  }

  private void add(String section, String key, String value) {
    entries.add(new Entry(section, key, value));
  }

  /** In plain bytes: here a thousand of them is what systemd takes for a K. */
  private static String bandwidth(Bandwidth bandwidth) {
    return bandwidth.path() + " " + bandwidth.perSecond().bytes();
  }

  /** As systemd.syntax(7) has it: {@code 1G} for what is 1 GiB. */
  private static String size(ByteSize size) {
    return size.exact().replace("iB", "");
  }

  private static String percent(double cpus) {
    return BigDecimal.valueOf(cpus).movePointRight(2).stripTrailingZeros().toPlainString() + "%";
  }

  /** A percent sign would begin a specifier (systemd.unit(5), "Specifiers"). */
  private static String escaped(String text) {
    return text.replace("%", "%%");
  }
}

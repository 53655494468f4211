package berth.agent.container;

import berth.agent.systemd.dbus.Variant;
import berth.protocol.ByteSize;
import berth.protocol.spec.Bandwidth;
import berth.protocol.spec.ResourceLimits;
import java.util.List;
import java.util.Optional;

/**
 * A limit under its three names: in a specification, as a property of the unit
 * (org.freedesktop.systemd1(5)), and as a file of the control group, of the unified hierarchy and,
 * where that knows it, of the old one.
 */
enum Limit {
  MEMORY("memory", "MemoryMax", "memory.max", "memory/memory.limit_in_bytes"),
  MEMORY_HIGH("memoryHigh", "MemoryHigh", "memory.high", ""),
  SWAP("swap", "MemorySwapMax", "memory.swap.max", ""),
  CPUS("cpus", "CPUQuotaPerSecUSec", "cpu.max", "cpu/cpu.cfs_quota_us"),
  CPU_WEIGHT("cpuWeight", "CPUWeight", "cpu.weight", ""),
  TASKS("tasks", "TasksMax", "pids.max", "pids/pids.max"),
  IO_WEIGHT("ioWeight", "IOWeight", "io.weight", ""),
  IO_READ("ioRead", "IOReadBandwidthMax", "io.max", ""),
  IO_WRITE("ioWrite", "IOWriteBandwidthMax", "io.max", "");

  private final String field;
  private final String property;
  private final String file;
  private final String oldFile;

  Limit(String field, String property, String file, String oldFile) {
    this.field = "limits." + field;
    this.property = property;
    this.file = file;
    this.oldFile = oldFile;
  }

  /** Its name in a specification. */
  String field() {
    return field;
  }

  /** Its name among the unit's properties. */
  String property() {
    return property;
  }

  /** Its name in unit files, which is not always that of the property. */
  String setting() {
    return property.replace("PerSecUSec", "");
  }

  /** Its file in a control group of the unified hierarchy. */
  String file() {
    return file;
  }

  /** Controller and file in the old hierarchy; empty where that has none. */
  String oldFile() {
    return oldFile;
  }

  /** What a specification asks for, as the property has it. */
  Optional<?> wish(ResourceLimits limits) {
    return switch (this) {
      case MEMORY -> limits.memory().map(ByteSize::bytes);
      case MEMORY_HIGH -> limits.memoryHigh().map(ByteSize::bytes);
      case SWAP -> limits.swap().map(ByteSize::bytes);
      case CPUS -> limits.cpus().map(cpus -> Math.round(cpus * 1e6));
      case CPU_WEIGHT -> limits.cpuWeight().map(Long::valueOf);
      case TASKS -> limits.tasks();
      case IO_WEIGHT -> limits.ioWeight().map(Long::valueOf);
      case IO_READ -> listed(limits.ioRead());
      case IO_WRITE -> listed(limits.ioWrite());
    };
  }

  /** The value that the unit has, as it is sent. */
  Variant sent(Object value) {
    return value instanceof List<?> ? Variant.of("a(st)", value) : Variant.of("t", value);
  }

  private static Optional<List<?>> listed(List<Bandwidth> bandwidths) {
    return bandwidths.isEmpty()
        ? Optional.empty()
        : Optional.of(
            bandwidths.stream().map(one -> List.of(one.path(), one.perSecond().bytes())).toList());
  }
}

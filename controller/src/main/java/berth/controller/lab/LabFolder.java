package berth.controller.lab;

import berth.controller.lab.machine.Bridge;
import berth.controller.lab.machine.Pool;
import berth.controller.lab.machine.Subnet;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Where a lab lives, and what everything of it is called. All names follow from the folder alone:
 * labs in different folders don't meet, and what a crash left of one is found again.
 *
 * @param path the lab's own folder; {@code run} in it is gone after {@code down}
 * @param cache where root file systems are kept, for all labs of the machine
 */
public record LabFolder(Path path, Path cache) {
  private static final String PATH = "/var/lib/berth-lab";
  private static final String CACHE = "/var/cache/berth-lab";

  public LabFolder {
    path = path.toAbsolutePath().normalize();
    cache = cache.toAbsolutePath().normalize();
  }

  /** The folders that the environment names, or the usual ones. */
  public static LabFolder of(Map<String, String> environment) {
    return new LabFolder(
        Path.of(environment.getOrDefault("BERTH_LAB_DIR", PATH)),
        Path.of(environment.getOrDefault("BERTH_LAB_CACHE", CACHE)));
  }

  /** The lab's name on this machine: of its control groups, its machines and its nftables table. */
  public String name() {
    return "berthlab" + id();
  }

  /** Everything that lives as long as the lab is up. */
  public Path run() {
    return path.resolve("run");
  }

  /** What the lab consists of, for the next command to read. */
  public Path record() {
    return run().resolve("lab.json");
  }

  /** The log of a host's console or of the controller. */
  public Path log(String name) {
    return run().resolve(name + ".log");
  }

  /** The controller's data. */
  public Path controller() {
    return run().resolve("controller");
  }

  /** The lab's storage. */
  public Pool pool() {
    return new Pool(run().resolve("pool.img"), run().resolve("pool"));
  }

  /** The lab's network. Names of interfaces have at most 15 characters. */
  public Bridge bridge(Subnet subnet) {
    return new Bridge("bl" + id(), "bl" + id() + "h", name() + "-", name(), subnet);
  }

  /** An interface that is made and removed again, to see whether that can be done. */
  String trialLink() {
    return "bl" + id() + "t";
  }

  /** A number that follows from the folder, to begin the search for a free subnet with. */
  public int seed() {
    var crc = new CRC32();
    crc.update(path.toString().getBytes(StandardCharsets.UTF_8));
    return (int) (crc.getValue() & 0xffffff);
  }

  private String id() {
    return "%06x".formatted(seed());
  }
}

package berth.controller.lab;

import berth.controller.lab.machine.Pool;
import berth.controller.lab.machine.Subnet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A host's root file system, a subvolume of the pool: made from the template, and given what only
 * this host has.
 */
final class HostRoot {
  /** The template's name in the pool. */
  static final String TEMPLATE = "template";

  private static final List<String> MASKED =
      List.of(
          "apt-daily-upgrade.timer",
          "apt-daily.timer",
          "console-getty.service",
          "dpkg-db-backup.timer",
          "e2scrub_all.timer",
          "e2scrub_reap.service",
          "fstrim.timer",
          "getty.target",
          "systemd-firstboot.service",
          "systemd-networkd-wait-online.service");

  private final Pool pool;
  private final Subnet subnet;
  private final String name;
  private final int number;

  HostRoot(Pool pool, Subnet subnet, String name, int number) {
    this.pool = pool;
    this.subnet = subnet;
    this.name = name;
    this.number = number;
  }

  /** Where it is mounted on this machine. */
  Path path() {
    return pool.at(name);
  }

  /** Makes it unless it is there; what is under its name is always whole. */
  void make() {
    if (Files.exists(path())) {
      return;
    }
    var unfinished = ".tmp-" + name;
    pool.delete(unfinished);
    var root = pool.snapshot(TEMPLATE, unfinished);
    try {
      Files.deleteIfExists(root.resolve("var/lib/machines"));
      pool.create(unfinished + "/var/lib/machines");
      settle(root);
      Files.move(root, path());
    } catch (IOException e) {
      throw new UncheckedIOException("can't make the root file system of " + name, e);
    }
  }

  private void settle(Path root) throws IOException {
    write(root, "etc/hostname", name + "\n");
    write(root, "etc/machine-id", "uninitialized\n");
    write(root, "etc/hosts", hosts());
    write(root, "etc/systemd/network/10-berth-lab.network", network());
    // Device nodes are not managed in a host, so networkd must not wait for udev; it takes a
    // writable /sys as the sign that udev is there.
    write(
        root,
        "etc/systemd/system/systemd-networkd.service.d/berth-lab.conf",
        "[Service]\nBindReadOnlyPaths=/sys\n");
    var units = root.resolve("etc/systemd/system");
    for (var unit : MASKED) {
      link(units.resolve(unit), "/dev/null");
    }
    var library = "/usr/lib/systemd/system/";
    link(
        units.resolve("multi-user.target.wants/systemd-networkd.service"),
        library + "systemd-networkd.service");
    link(units.resolve("multi-user.target.wants/machines.target"), library + "machines.target");
    Files.createDirectories(root.resolve("opt"));
  }

  /** Gives the host what may differ from one start to the next: how names are resolved. */
  void resolver(String resolvConf) {
    try {
      Files.deleteIfExists(path().resolve("etc/resolv.conf"));
      write(path(), "etc/resolv.conf", resolvConf);
    } catch (IOException e) {
      throw new UncheckedIOException("can't write resolv.conf of " + name, e);
    }
  }

  private String hosts() {
    var others =
        IntStream.rangeClosed(1, Subnet.MOST_HOSTS)
            .mapToObj(other -> subnet.host(other) + " " + LabHost.name(other))
            .collect(Collectors.joining("\n", "", "\n"));
    return "127.0.0.1 localhost\n::1 localhost\n" + subnet.gateway() + " controller\n" + others;
  }

  private String network() {
    return """
    [Match]
    Name=eth0
    [Network]
    Address=%s/24
    Gateway=%s
    KeepConfiguration=yes
    """
        .formatted(subnet.host(number), subnet.gateway());
  }

  static void write(Path root, String file, String text) throws IOException {
    Files.createDirectories(root.resolve(file).getParent());
    Files.writeString(root.resolve(file), text);
  }

  static void link(Path link, String target) throws IOException {
    Files.createDirectories(link.getParent());
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, Path.of(target));
  }
}

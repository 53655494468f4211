package berth.controller.lab.kernel;

import berth.controller.lab.machine.Pool;
import berth.controller.lab.machine.Processes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The root file system of a host on a kernel of its own: the same Debian as the lab's other hosts
 * have, with the kernel's modules and what runs programs for the {@link Console}. The host sees the
 * pool's file as its disk.
 */
final class KernelRoot {
  /** Where the host sees the folder that it shares with this machine. */
  static final Path SHARE = Path.of("/mnt");

  private static final Path LINE = Path.of("/dev/ttyS0");
  private static final String CONSOLE = "berth-console.service";
  private static final String UNITS = "etc/systemd/system";

  /** What takes time at the start, or waits for devices that the host does not have. */
  private static final List<String> MASKED =
      List.of(
          "apt-daily-upgrade.timer",
          "apt-daily.timer",
          "console-getty.service",
          "dev-hugepages.mount",
          "dev-mqueue.mount",
          "dpkg-db-backup.timer",
          "e2scrub_all.timer",
          "e2scrub_reap.service",
          "fstrim.timer",
          "getty.target",
          "getty-static.service",
          "kmod-static-nodes.service",
          "ldconfig.service",
          "lvm2-monitor.service",
          "modprobe@.service",
          "nftables.service",
          "proc-sys-fs-binfmt_misc.automount",
          "serial-getty@ttyS0.service",
          "sys-fs-fuse-connections.mount",
          "sys-kernel-config.mount",
          "sys-kernel-debug.mount",
          "sys-kernel-tracing.mount",
          "systemd-binfmt.service",
          "systemd-firstboot.service",
          "systemd-hwdb-update.service",
          "systemd-journal-catalog-update.service",
          "systemd-logind-varlink.socket",
          "systemd-logind.service",
          "systemd-network-generator.service",
          "systemd-networkd-resolve-hook.socket",
          "systemd-networkd-varlink-metrics.socket",
          "systemd-networkd-varlink.socket",
          "systemd-networkd.service",
          "systemd-networkd.socket",
          "systemd-networkd-wait-online.service",
          "systemd-pstore.service",
          "systemd-random-seed.service",
          "systemd-udev-load-credentials.service",
          "systemd-udev-trigger.service",
          "systemd-update-utmp.service",
          "systemd-user-sessions.service",
          "xfs_healer@.service",
          "xfs_healer_start.service",
          "xfs_scrub_all.timer");

  private final Pool pool;
  private final Path share;

  /** A root in a pool that is up. */
  KernelRoot(Pool pool, Path share) {
    this.pool = pool;
    this.share = share;
  }

  /** Makes it of a tarball and the kernel's modules. */
  void make(Path tarball, Path modules, Consumer<Path> bring) {
    var root = pool.folder();
    try {
      Files.createDirectories(share);
      unpack(tarball, root);
      Files.createDirectories(root.resolve("usr/lib/modules"));
      Processes.run("cp", "-a", modules + "/.", root.resolve("usr/lib/modules").toString());
      Files.deleteIfExists(root.resolve("var/lib/machines"));
      pool.create("var/lib/machines");
      // They find nothing here, and would look for it again at each reload of systemd.
      Processes.run("rm", "-r", root.resolve("usr/lib/systemd/system-generators").toString());
      write(root.resolve("etc/machine-id"), UUID.randomUUID().toString().replace("-", "") + "\n");
      write(root.resolve("etc/hostname"), "kernel1\n");
      for (var unit : MASKED) {
        link(root.resolve(UNITS).resolve(unit), "/dev/null");
      }
      write(root.resolve("usr/lib/berth-console"), Console.SCRIPT);
      write(root.resolve(UNITS).resolve(CONSOLE), unit());
      link(
          root.resolve(UNITS).resolve("multi-user.target.wants").resolve(CONSOLE), "../" + CONSOLE);
    } catch (IOException e) {
      throw new UncheckedIOException("can't make the root of the test kernel", e);
    }
    bring.accept(root);
  }

  /** Unpacks a tarball as it was packed. */
  private static void unpack(Path tarball, Path folder) {
    Processes.run(
        "tar",
        "--extract",
        "--zstd",
        "--preserve-permissions",
        "--numeric-owner",
        "--xattrs",
        "--xattrs-include=*",
        "--file=" + tarball,
        "--directory=" + folder);
  }

  /**
   * The line is a file to systemd: what it takes for a terminal, systemd 262 asks for its name
   * (XTGETTCAP), on the line and ahead of the first word of the {@link Console}.
   */
  private String unit() {
    return """
    [Unit]
    After=dbus.service
    [Service]
    ExecStartPre=mount -t hostfs -o %s none %s
    ExecStart=/bin/bash /usr/lib/berth-console %s
    Environment=HOME=/root LC_ALL=C.UTF-8
    StandardInput=file:%s
    StandardOutput=file:%s
    StandardError=journal
    [Install]
    WantedBy=multi-user.target
    """
        .formatted(share.toString().replace("%", "%%"), SHARE, SHARE, LINE, LINE);
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.deleteIfExists(file);
    Files.writeString(file, text);
  }

  private static void link(Path link, String target) throws IOException {
    Files.createDirectories(link.getParent());
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, Path.of(target));
  }
}

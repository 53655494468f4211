package berth.controller.lab.image;

import berth.controller.lab.machine.ControlGroups;
import berth.controller.lab.machine.Processes;
import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A root file system with some packages, made by mmdebstrap and kept as a tarball. Its name carries
 * a hash of all that it was made from, so that another mirror or another list of packages makes
 * another one, and what is under its own name is always whole.
 *
 * @param kind what it is for, the beginning of its name
 * @param release the release
 * @param sources where the packages come from
 * @param packages what is in it beside the essential packages and apt
 */
public record RootTarball(
    String kind, Release release, List<AptSource> sources, List<String> packages) {
  /** The control group of what makes and unpacks it. */
  public static final String GROUP = "build";

  /** What a host needs: systemd with its containers, storage tools and what builds images. */
  private static final List<String> HOST =
      List.of(
          "btrfs-progs",
          "ca-certificates",
          "dbus",
          "debootstrap",
          "iproute2",
          "iputils-ping",
          "kmod",
          "libnss-myhostname",
          "mmdebstrap",
          "nftables",
          "polkitd",
          "procps",
          "systemd",
          "systemd-container",
          "systemd-sysv",
          "util-linux",
          "xfsprogs",
          "xz-utils",
          "zstd");

  /** What a host with a kernel of its own can do more: thin-provisioned volumes. */
  private static final List<String> KERNEL = List.of("lvm2", "thin-provisioning-tools", "udev");

  /** Not every release enables it by itself; without it a container asks for no address. */
  private static final String NETWORK =
      "--customize-hook=chroot \"$1\" systemctl enable systemd-networkd.service";

  /** What a container needs to boot, to have an address and to be looked at. */
  private static final List<String> GUEST =
      List.of("dbus", "iproute2", "procps", "systemd", "systemd-sysv");

  private static final Pattern OURS =
      Pattern.compile("\\.lock|(host|guest|kernel)-[a-z]+(-[0-9a-f]+\\.tar\\.zst|\\.log)");

  private static final List<String> LEFT_OUT =
      List.of("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*");

  /** The root file system of a host. */
  public static RootTarball host(Release release, List<AptSource> sources) {
    return new RootTarball("host", release, sources, HOST);
  }

  /** The root file system of a host with a kernel of its own. */
  public static RootTarball kernel(Release release, List<AptSource> sources) {
    return new RootTarball(
        "kernel", release, sources, Stream.concat(HOST.stream(), KERNEL.stream()).toList());
  }

  /** The root file system of a small container for tests. */
  public static RootTarball guest(Release release, List<AptSource> sources) {
    return new RootTarball("guest", release, sources, GUEST);
  }

  /** Whether it is kept in this folder already. */
  public boolean isIn(Path cache) {
    return Files.exists(file(cache));
  }

  /** Where it is kept in this folder. */
  public Path file(Path cache) {
    return cache.resolve("%s-%s-%s.tar.zst".formatted(kind, release, hash()));
  }

  /** Makes it unless it is there; two that want it at once make it once. */
  public Path make(Path cache, ControlGroups groups) {
    try {
      Files.createDirectories(cache);
      try (var lock =
              FileChannel.open(
                  cache.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var held = lock.lock()) {
        if (held.isValid() && !isIn(cache)) {
          build(cache, groups);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't keep " + kind + " in " + cache, e);
    }
    return file(cache);
  }

  private void build(Path cache, ControlGroups groups) throws IOException {
    sweep(cache);
    var work = Files.createDirectory(cache.resolve(".tmp-work"));
    var unfinished = work.resolve("root.tar.zst");
    var log = cache.resolve(kind + "-" + release + ".log");
    Files.deleteIfExists(log);
    var process =
        Processes.background(
            groups.launcher(GROUP, command(unfinished)), Map.of("TMPDIR", work.toString()), log);
    if (Processes.await(process) != 0) {
      var lines = Files.readAllLines(log);
      throw new BerthException(
          new Problem(
                  ProblemCode.FAILED,
                  "mmdebstrap can't make a root file system of " + release,
                  "see " + log + "; another mirror can be named with --mirror URL")
              .withLog(lines.subList(Math.max(0, lines.size() - 20), lines.size())));
    }
    groups.remove(GROUP);
    sync(unfinished);
    Files.move(unfinished, file(cache), StandardCopyOption.ATOMIC_MOVE);
    sweep(cache);
  }

  private List<String> command(Path target) {
    var argv = new ArrayList<>(List.of("mmdebstrap", "--mode=root", "--variant=minbase"));
    argv.add("--include=" + String.join(",", packages));
    AptSettings.ofThisMachine().forEach(option -> argv.add("--aptopt=" + option));
    LEFT_OUT.forEach(pattern -> argv.add("--dpkgopt=path-exclude=" + pattern));
    argv.add("--dpkgopt=force-unsafe-io");
    argv.add(NETWORK);
    argv.add("--format=tar");
    argv.add(release.toString());
    argv.add(target.toString());
    sources.forEach(source -> argv.addAll(source.lines()));
    return argv;
  }

  /** Removes all that are kept in a folder, and nothing else in it. */
  public static void purge(Path cache) {
    if (!Files.isDirectory(cache)) {
      return;
    }
    sweep(cache);
    try (var files = Files.list(cache)) {
      for (var file : files.toList()) {
        if (OURS.matcher(file.getFileName().toString()).matches()) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't empty " + cache, e);
    }
    Processes.tryRun("rmdir", cache.toString());
  }

  /** Removes what an earlier try left behind. Only under the lock. */
  private static void sweep(Path cache) {
    Processes.run("rm", "-rf", "--one-file-system", cache.resolve(".tmp-work").toString());
  }

  private static void sync(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private String hash() {
    try {
      var text = kind + release + sources + packages + LEFT_OUT + NETWORK;
      var digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 5);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

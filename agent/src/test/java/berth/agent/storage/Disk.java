package berth.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real file system of its own: made in a file, mounted by a loop device, gone with close. */
public final class Disk implements AutoCloseable {
  private static final Path BASE = Path.of("/run/berth-test-disks");
  private static final long MIB = 1 << 20;

  /** Which file system. */
  public enum Kind {
    BTRFS("mkfs.btrfs", 256),
    XFS("mkfs.xfs", 320),
    EXT4("mkfs.ext4", 96),
    /** With the room that building an image takes. */
    BIG_BTRFS("mkfs.btrfs", 4096);

    private final String make;
    private final long mebibytes;

    Kind(String make, long mebibytes) {
      this.make = make;
      this.mebibytes = mebibytes;
    }
  }

  private final Path file;
  private final Path mount;

  private Disk(Path file, Path mount) {
    this.file = file;
    this.mount = mount;
  }

  /** Makes and mounts one; first takes away what tests that were killed have left mounted. */
  public static Disk of(Kind kind) throws IOException {
    Files.createDirectories(BASE);
    sweep();
    var mount = Files.createTempDirectory(BASE, ProcessHandle.current().pid() + ".");
    var disk = new Disk(Files.createTempFile("berth-test-disk", ".img"), mount);
    try (var image = new RandomAccessFile(disk.file.toFile(), "rw")) {
      image.setLength(kind.mebibytes * MIB);
    }
    run(List.of(kind.make, "-q", disk.file.toString()));
    run(List.of("mount", "-o", "loop,noatime", disk.file.toString(), mount.toString()));
    return disk;
  }

  /** Where it is mounted. */
  public Path root() {
    return mount;
  }

  @Override
  public void close() throws IOException {
    run(List.of("umount", mount.toString()));
    Files.delete(mount);
    Files.delete(file);
  }

  /** Runs a program that must succeed. */
  public static void run(List<String> argv) throws IOException {
    var process = new ProcessBuilder(argv).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.onExit().join().exitValue()).as("%s: %s", argv, said).isZero();
  }

  private static void sweep() throws IOException {
    try (var mounts = Files.list(BASE)) {
      for (var mount : mounts.toList()) {
        var owner = Long.parseLong(mount.getFileName().toString().replaceAll("\\..*", ""));
        if (ProcessHandle.of(owner).isEmpty()) {
          run(List.of("sh", "-c", "mountpoint -q $0 && umount $0; rmdir $0", mount.toString()));
        }
      }
    }
  }
}

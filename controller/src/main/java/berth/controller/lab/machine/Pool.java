package berth.controller.lab.machine;

import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A btrfs file system in a sparse file, where hosts live as subvolumes.
 *
 * @param image the file; it takes only the room that is written
 * @param folder where it is mounted
 */
public record Pool(Path image, Path folder) {
  private static final long LARGEST = 64L << 30;
  private static final long SMALLEST = 4L << 30;
  private static final Duration MOMENT = Duration.ofSeconds(5);

  /** Makes and mounts the file system, as far as that is still to do. */
  public void up() {
    if (Mounts.now().has(folder)) {
      return;
    }
    try {
      Files.createDirectories(folder);
      if (!Files.exists(image)) {
        format();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't make the pool " + image, e);
    }
    Processes.run("mount", "-o", "loop,noatime", image.toString(), folder.toString());
  }

  /**
   * Unmounts the file system and frees its loop device. What holds on to it for a moment, such as a
   * command of a lab that was killed, is waited for.
   */
  public void down() {
    for (var point : Mounts.now().under(folder)) {
      if (!within(MOMENT, () -> Processes.tryRun("umount", point.toString()).ok())) {
        // A shell of somebody's stands in it: let the name go now and the rest with that shell.
        Processes.run("umount", "--lazy", point.toString());
      }
    }
    for (var device : loopDevices()) {
      Processes.run("losetup", "--detach", device);
    }
    // The kernel frees a device that is still in use, if only by who looks at it, a bit later.
    within(MOMENT, () -> loopDevices().isEmpty());
  }

  private static boolean within(Duration time, BooleanSupplier condition) {
    var end = System.nanoTime() + time.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    return true;
  }

  /** A subvolume or folder in the pool. */
  public Path at(String name) {
    return folder.resolve(name);
  }

  /** Makes an empty subvolume. */
  public Path create(String name) {
    Processes.run("btrfs", "subvolume", "create", at(name).toString());
    return at(name);
  }

  /** Makes a writable copy of a subvolume. */
  public Path snapshot(String from, String to) {
    Processes.run("btrfs", "subvolume", "snapshot", at(from).toString(), at(to).toString());
    return at(to);
  }

  /** Removes a subvolume with all subvolumes in it, if it is there. */
  public void delete(String name) {
    if (!Files.exists(at(name))) {
      return;
    }
    var inside = new ArrayList<Path>();
    for (var line :
        Processes.run("btrfs", "subvolume", "list", folder.toString()).out().lines().toList()) {
      // ID 260 gen 17 top level 259 path lab1/var/lib/machines
      inside.add(folder.resolve(line.substring(line.indexOf(" path ") + " path ".length())));
    }
    inside.stream()
        .filter(path -> path.startsWith(at(name)))
        .sorted(Comparator.comparingInt(Path::getNameCount).reversed())
        .forEach(Pool::deleteOne);
  }

  private static void deleteOne(Path subvolume) {
    Processes.tryRun("btrfs", "property", "set", "-ts", subvolume.toString(), "ro", "false");
    Processes.run("btrfs", "subvolume", "delete", subvolume.toString());
  }

  private void format() throws IOException {
    var room = Files.getFileStore(folder).getUsableSpace();
    if (room < SMALLEST) {
      throw new BerthException(
          ProblemCode.NO_SPACE,
          "%s has %s free, the lab wants %s at least"
              .formatted(image.getParent(), new ByteSize(room), new ByteSize(SMALLEST)),
          "free some, or put the lab elsewhere with BERTH_LAB_DIR");
    }
    var unfinished = image.resolveSibling(".tmp-" + image.getFileName());
    try (var file = new RandomAccessFile(unfinished.toFile(), "rw")) {
      file.setLength(0);
      file.setLength(Math.min(LARGEST, room / 10 * 9));
    }
    Processes.run("mkfs.btrfs", "--quiet", "--metadata", "single", unfinished.toString());
    Files.move(unfinished, image);
  }

  private List<String> loopDevices() {
    return Processes.run(
            "losetup",
            "--list",
            "--noheadings",
            "--output",
            "NAME",
            "--associated",
            image.toString())
        .out()
        .lines()
        .map(String::trim)
        .filter(line -> !line.isEmpty())
        .toList();
  }
}

package berth.controller.lab.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The mounts of this process as the kernel tells them (proc(5), {@code mountinfo}). */
public record Mounts(List<Mount> all) {
  /** One mount: where, of which type and with which options of its super block. */
  public record Mount(Path point, String type, String source, List<String> options) {}

  public Mounts {
    all = List.copyOf(all);
  }

  /** The mounts as they are now. */
  public static Mounts now() {
    try {
      return parse(Files.readString(Path.of("/proc/self/mountinfo")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the text of a mountinfo file. */
  public static Mounts parse(String text) {
    return new Mounts(text.lines().filter(line -> line.contains(" - ")).map(Mounts::line).toList());
  }

  /** Whether something is mounted on exactly this folder. */
  public boolean has(Path point) {
    return all.stream().anyMatch(mount -> mount.point().equals(point));
  }

  /** What is mounted in a folder or under it, the deepest first. */
  public List<Path> under(Path folder) {
    return all.stream().map(Mount::point).filter(at -> at.startsWith(folder)).toList().reversed();
  }

  private static Mount line(String line) {
    // The fields before the dash vary in number; the mount point is the fifth (counted from one).
    var parts = line.split(" - ", 2);
    var head = parts[0].split(" ", -1);
    var tail = parts[1].split(" ", -1);
    return new Mount(
        Path.of(unescape(head[4])), tail[0], unescape(tail[1]), List.of(tail[2].split(",", -1)));
  }

  private static String unescape(String field) {
    return field
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}

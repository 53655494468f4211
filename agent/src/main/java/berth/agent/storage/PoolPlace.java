package berth.agent.storage;

import berth.protocol.ByteSize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/** Where a pool keeps what is in it, as the agent's configuration says. */
public sealed interface PoolPlace {
  /** Where systemd looks for machines. */
  Path MACHINES = Path.of("/var/lib/machines");

  /** The folder that the volumes are in, or mounted in. */
  Path folder();

  /** A folder, whose file system tells the layout. */
  record Folder(Path folder) implements PoolPlace {
    public Folder {
      Objects.requireNonNull(folder, "folder");
    }
  }

  /**
   * A thin pool of LVM's (lvmthin(7)), with a logical volume for each container.
   *
   * @param size of the volumes of images, and so the least that a container's volume has
   */
  record Thin(String group, String pool, Path folder, ByteSize size) implements PoolPlace {
    /** Of an image's volume where the configuration does not say. */
    public static final ByteSize SIZE = new ByteSize(10L << 30);

    /** What mkfs.xfs(8) still makes a file system of. */
    private static final ByteSize SMALLEST = new ByteSize(300L << 20);

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9+_.][a-zA-Z0-9+_.-]{0,62}");
    private static final Pattern PLAIN = Pattern.compile("[a-zA-Z0-9/_.-]{1,100}");

    public Thin {
      requireName(group);
      requireName(pool);
      Objects.requireNonNull(size, "size");
      if (!PLAIN.matcher(folder.toString()).matches()) {
        throw new IllegalArgumentException(
            folder + ": the folder of a pool on LVM has a-z, A-Z, 0-9, _, . and - in its name");
      }
      if (size.compareTo(SMALLEST) < 0) {
        throw new IllegalArgumentException(
            size.exact() + ": a volume with XFS has " + SMALLEST.exact() + " at least");
      }
    }

    private static void requireName(String name) {
      if (!NAME.matcher(name).matches() || name.matches("\\.{1,2}")) {
        throw new IllegalArgumentException(
            "bad name \"" + name + "\" of a volume group or thin pool");
      }
    }

    /** Whether it would find its volumes among those of another place, or the other way round. */
    public boolean meets(PoolPlace other) {
      return folder.equals(other.folder())
          || (other instanceof Thin thin && thin.toString().equals(toString()));
    }

    /** As LVM's own programs name it. */
    @Override
    public String toString() {
      return group + "/" + pool;
    }
  }

  /**
   * Reads what stands in the configuration: a folder, or {@code lvm:GROUP/POOL} and behind it, each
   * with a blank before, the folder to mount in and the size of an image's volume where they are
   * not the usual ones.
   */
  static PoolPlace parse(String text) {
    return text.startsWith("lvm:") ? thin(text) : new Folder(Path.of(text));
  }

  private static Thin thin(String text) {
    var words = new ArrayList<>(Arrays.asList(text.substring("lvm:".length()).split("\\s+")));
    var names = List.of(words.removeFirst().split("/", -1));
    var folder = MACHINES;
    if (!words.isEmpty() && words.getFirst().startsWith("/")) {
      folder = Path.of(words.removeFirst());
    }
    var size = words.isEmpty() ? Thin.SIZE : ByteSize.parse(words.removeFirst());
    if (names.size() != 2 || !words.isEmpty()) {
      throw new IllegalArgumentException(text + ": write lvm:GROUP/POOL [FOLDER] [SIZE]");
    }
    return new Thin(names.getFirst(), names.getLast(), folder, size);
  }
}

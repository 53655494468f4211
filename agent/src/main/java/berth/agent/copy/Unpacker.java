package berth.agent.copy;

import berth.agent.copy.tar.Extent;
import berth.agent.copy.tar.TarEntry;
import berth.agent.copy.tar.TarReader;
import berth.agent.dispatch.Job;
import berth.agent.linux.Fd;
import berth.agent.linux.FileStatus;
import berth.agent.linux.Folder;
import berth.agent.linux.LinuxException;
import berth.agent.linux.OpenFile;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import berth.protocol.command.FileOwner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Puts the members of an archive where they go in a container. A file is written under a name of
 * ours and gets its own when it is complete. Every step is made from an open folder by a name of
 * one part; what has a member's name and is a link is replaced, not followed.
 */
final class Unpacker implements AutoCloseable {
  private static final int BUFFER = 128 << 10;

  /** Nodes of devices that every container has, and what overlayfs calls a whiteout. */
  private static final Set<TarEntry.Device> HARMLESS =
      Set.of(
          character(0, 0),
          character(1, 3),
          character(1, 5),
          character(1, 7),
          character(1, 8),
          character(1, 9),
          character(5, 0),
          character(5, 1),
          character(5, 2));

  /**
   * What is to be made.
   *
   * @param tree whether it is a whole tree, new and empty: its top becomes what the archive says,
   *     and device nodes that can do no harm are made
   * @param watcher sees each member before it is made
   */
  record Manner(boolean tree, Consumer<TarEntry> watcher) {
    static final Manner FILES = new Manner(false, _ -> {});
  }

  private final TarReader tar;
  private final Landing landing;
  private final Ids ids;
  private final Owners owners;
  private final Tree tree;
  private final String half;
  private final Job job;
  private final Warnings warnings;
  private final Manner manner;
  private final byte[] buffer = new byte[BUFFER];
  private Optional<TarEntry> top = Optional.empty();
  private long entries;

  /** Begins; {@code owner} is whom all belongs to, where that is not for the archive to say. */
  Unpacker(
      TarReader tar,
      Landing landing,
      Ids ids,
      Optional<FileOwner> owner,
      Job job,
      Warnings warnings) {
    this(tar, landing, ids, owner, job, warnings, Manner.FILES);
  }

  Unpacker(
      TarReader tar,
      Landing landing,
      Ids ids,
      Optional<FileOwner> owner,
      Job job,
      Warnings warnings,
      Manner manner) {
    this.manner = manner;
    this.tar = tar;
    this.landing = landing;
    this.ids = ids;
    this.half = ".berth-cp-" + job.id();
    this.owners = new Owners(ids, owner, warnings);
    this.tree = new Tree(landing, ids, owners, half, manner.tree());
    this.job = job;
    this.warnings = warnings;
  }

  /** How many members were put there. */
  long entries() {
    return entries;
  }

  /** Puts all of them there. What is new appears at its end. */
  void unpack() throws IOException {
    var first = Optional.<String>empty();
    for (var next = tar.next(); next.isPresent(); next = tar.next()) {
      job.stopIfCancelled();
      var entry = next.get();
      manner.watcher().accept(entry);
      first = sameTop(first, entry);
      put(entry, landing.place(entry.name()));
    }
    tree.complete();
    if (top.isPresent()) {
      owners.give(landing.folder().fd(), top.get());
    }
  }

  /** Takes back what is new, where it was not completed. */
  @Override
  public void close() {
    tree.close();
  }

  /** One name can't be that of two things. */
  private Optional<String> sameTop(Optional<String> top, TarEntry entry) {
    if (landing.contents() || landing.name().isEmpty()) {
      return top;
    }
    var name = Landing.top(entry.name());
    if (top.isPresent() && !top.equals(name)) {
      throw new BerthException(
          ProblemCode.INVALID, "the archive has more than one thing at its top");
    }
    return name;
  }

  private void put(TarEntry entry, List<String> place) throws IOException {
    if (place.isEmpty()) {
      // Else the folder that all goes into stays as it is.
      top = Optional.of(entry).filter(e -> manner.tree() && e.kind() == TarEntry.Kind.FOLDER);
      return;
    }
    var shown = Folder.shown(Landing.joined(place));
    try {
      switch (entry.kind()) {
        case FOLDER -> tree.folder(place, entry);
        case FILE -> inPlace(place, folder -> file(folder, entry));
        case SYMBOLIC_LINK -> inPlace(place, folder -> link(folder, entry));
        case HARD_LINK -> inPlace(place, folder -> same(folder, entry));
        case PIPE -> inPlace(place, folder -> pipe(folder, entry));
        case DEVICE -> {
          if (manner.tree() && entry.device().filter(HARMLESS::contains).isPresent()) {
            inPlace(place, folder -> device(folder, entry));
            break;
          }
          warnings.add("left out: the device node " + shown);
          return;
        }
      }
      entries++;
    } catch (LinuxException e) {
      throw told(shown, e);
    }
  }

  /** Makes something under the name that it has until it is complete. */
  private interface Maker {
    void in(Folder folder) throws IOException;
  }

  private void inPlace(List<String> place, Maker maker) throws IOException {
    var name = place.getLast();
    Folder folder = tree.parent(place);
    folder.remove(half);
    try {
      maker.in(folder);
      folder.rename(half, name);
    } catch (IOException | RuntimeException e) {
      folder.remove(half);
      throw e;
    }
    // Two names of one file stay two names (rename(2)).
    folder.remove(half);
  }

  private void file(Folder folder, TarEntry entry) throws IOException {
    try (Fd file = folder.create(half)) {
      var runs = entry.extents().orElse(List.of(new Extent(0, entry.size())));
      for (var run : runs) {
        OpenFile.seek(file, run.at());
        fill(file, run.length());
      }
      if (entry.extents().isPresent()) {
        OpenFile.length(file, entry.size());
      }
      owners.give(file, entry);
    }
  }

  private void fill(Fd file, long length) throws IOException {
    for (var left = length; left > 0; ) {
      job.stopIfCancelled();
      var count = tar.read(buffer, (int) Math.min(left, buffer.length));
      var bytes = ByteBuffer.wrap(buffer, 0, Math.max(0, count));
      while (bytes.hasRemaining()) {
        var written = file.write(bytes);
        if (written < 0) {
          throw LinuxException.of("write", -written);
        }
      }
      left -= Math.max(0, count);
    }
  }

  private void link(Folder folder, TarEntry entry) throws LinuxException {
    folder.link(half, entry.link());
    try (Fd place = made(folder, FileStatus.Type.LINK)) {
      owners.giveHandle(place, entry);
    }
  }

  private static TarEntry.Device character(long major, long minor) {
    return new TarEntry.Device(false, major, minor);
  }

  private void device(Folder folder, TarEntry entry) throws LinuxException {
    var device = entry.device().orElseThrow();
    folder.device(half, new FileStatus.Node(false, device.major(), device.minor()));
    special(folder, FileStatus.Type.DEVICE, entry);
  }

  private void pipe(Folder folder, TarEntry entry) throws LinuxException {
    folder.pipe(half);
    special(folder, FileStatus.Type.PIPE, entry);
  }

  private void special(Folder folder, FileStatus.Type type, TarEntry entry) throws LinuxException {
    try (Fd place = made(folder, type)) {
      owners.giveHandle(place, entry);
      OpenFile.mode(place, entry.mode());
    }
  }

  /** What was just made, unless the container put something else in its place. */
  private Fd made(Folder folder, FileStatus.Type type) throws LinuxException {
    Fd place = folder.lookHere(half);
    try {
      FileStatus status = FileStatus.of(place);
      if (status.type() != type || !ids.own(status)) {
        throw LinuxException.of("look at what was made", LinuxException.ESTALE);
      }
      return place;
    } catch (LinuxException e) {
      place.close();
      throw e;
    }
  }

  private void same(Folder folder, TarEntry entry) throws IOException {
    var other = landing.place(entry.link());
    if (other.isEmpty()) {
      throw new BerthException(ProblemCode.INVALID, "the archive links to a folder");
    }
    try (Folder from = tree.open(other.subList(0, other.size() - 1))) {
      ContainerRoot.requireOwn(ids, from, Folder.shown(Landing.joined(other)));
      folder.same(half, from, other.getLast());
    }
  }

  private static IOException told(String shown, LinuxException e) {
    return switch (e.errno()) {
      case LinuxException.EISDIR ->
          throw new BerthException(
              ProblemCode.CONFLICT, "what is no folder can't replace the folder " + shown);
      case LinuxException.ESTALE ->
          throw new BerthException(
              ProblemCode.CONFLICT, shown + " was changed in the container while it was copied");
      case LinuxException.EXDEV, LinuxException.ELOOP ->
          throw new BerthException(
              ProblemCode.INVALID,
              shown + " would go through a symbolic link that leads out of where it is copied to",
              "copy to where the link leads");
      default -> new IOException(shown + ": " + e.getMessage(), e);
    };
  }
}

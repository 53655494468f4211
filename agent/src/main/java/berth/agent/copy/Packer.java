package berth.agent.copy;

import berth.agent.copy.tar.Extent;
import berth.agent.copy.tar.TarEntry;
import berth.agent.copy.tar.TarEntry.Kind;
import berth.agent.copy.tar.TarWriter;
import berth.agent.dispatch.Job;
import berth.agent.linux.Fd;
import berth.agent.linux.FileStatus;
import berth.agent.linux.Folder;
import berth.agent.linux.LinuxException;
import berth.agent.linux.OpenFile;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes files of a container into an archive, each as it was when its turn came. Every step is
 * made from an open folder by a name of one part and follows no link. What an archive can't hold is
 * left out, and told; so are device nodes, where it is for somebody who is to have files alone.
 */
final class Packer {
  private static final int BUFFER = 128 << 10;
  private static final int MOST_EXTENTS = 1 << 16;

  /** How much memory files with several names may take; those past it are stored once for each. */
  private static final int ROOM_FOR_LINKED = 2 << 20;

  /** What one takes beside its path. */
  private static final int AROUND_LINKED = 112;

  /** File systems whose files are the kernel's answers: proc, sysfs, cgroups and such. */
  private static final Set<Long> OF_THE_KERNEL =
      Set.of(
          0x9fa0L,
          0x62656572L,
          0x27e0ebL,
          0x63677270L,
          0x1cd1L,
          0x19800202L,
          0x64626720L,
          0x74726163L,
          0x73636673L,
          0xcafe4a11L,
          0x65735543L,
          0x6165676cL,
          0xde5e81e4L,
          0x42494e4dL,
          0x62656570L,
          0x6e736673L,
          0xf97cff8cL,
          0x0187L);

  private record Inode(long device, long number) {}

  private final TarWriter tar;
  private final Ids ids;
  private final Job job;
  private final Warnings warnings;
  private final boolean devices;
  private final byte[] buffer = new byte[BUFFER];
  private final Map<Inode, String> linked = new HashMap<>();
  private int roomForLinked = ROOM_FOR_LINKED;
  private boolean linkedIsFull;
  private long entries;

  Packer(TarWriter tar, Ids ids, Job job, Warnings warnings) {
    this(tar, ids, job, warnings, false);
  }

  /** The same, perhaps with device nodes. */
  Packer(TarWriter tar, Ids ids, Job job, Warnings warnings, boolean devices) {
    this.devices = devices;
    this.tar = tar;
    this.ids = ids;
    this.job = job;
    this.warnings = warnings;
  }

  /** How many members were written. */
  long entries() {
    return entries;
  }

  /** Writes one thing of a folder, with all that is in it. */
  void pack(Folder parent, String name) throws IOException {
    try (Fd place = parent.look(name)) {
      requireOfADisk(place);
      pack(place, name, FileStatus.of(place), 0);
    }
  }

  /** Writes an open folder under a name, with all that is in it. */
  void packAs(Folder folder, String name) throws IOException {
    requireOfADisk(folder.fd());
    pack(folder.fd(), name, FileStatus.of(folder.fd()), 0);
  }

  /** Writes all that is in a folder, which is called a dot. */
  void packContents(Folder folder) throws IOException {
    requireOfADisk(folder.fd());
    FileStatus status = FileStatus.of(folder.fd());
    put(itself(folder, status));
    packInside(folder, "", status.device(), 0);
  }

  /** Writes a folder alone, which is called a dot, with a comment. */
  void packItself(Folder folder, String comment) throws IOException {
    put(itself(folder, FileStatus.of(folder.fd())).saying(comment));
  }

  /** Writes what is in a folder, without that itself. */
  void packInside(Folder folder) throws IOException {
    packInside(folder, "", FileStatus.of(folder.fd()).device(), 0);
  }

  private TarEntry itself(Folder folder, FileStatus status) {
    return entry(Kind.FOLDER, ".", "", status, attributes(folder.fd(), "."));
  }

  private static void requireOfADisk(Fd place) throws LinuxException {
    if (OF_THE_KERNEL.contains(FileStatus.fileSystem(place))) {
      throw new BerthException(
          ProblemCode.UNSUPPORTED,
          "these are no files but answers of the kernel's, which has no size for them",
          "read them inside, with berth exec");
    }
  }

  private void pack(Fd place, String path, FileStatus status, int depth) throws IOException {
    job.stopIfCancelled();
    switch (status.type()) {
      case FOLDER -> packFolder(place, path, status, depth);
      case FILE -> packFile(place, path, status);
      case LINK -> put(entry(Kind.SYMBOLIC_LINK, path, OpenFile.target(place), status, Map.of()));
      case PIPE -> put(entry(Kind.PIPE, path, "", status, Map.of()));
      case SOCKET -> warnings.add("left out: the socket " + Folder.shown(path));
      case DEVICE -> packDevice(path, status);
    }
  }

  private void packDevice(String path, FileStatus status) throws IOException {
    if (!devices) {
      warnings.add("left out: the device node " + Folder.shown(path));
      return;
    }
    var node = status.node();
    put(
        entry(Kind.DEVICE, path, "", status, Map.of())
            .of(new TarEntry.Device(node.block(), node.major(), node.minor())));
  }

  private void packFolder(Fd place, String path, FileStatus status, int depth) throws IOException {
    if (depth > Landing.DEEPEST) {
      throw new BerthException(
          ProblemCode.INVALID, "there are more than " + Landing.DEEPEST + " folders in each other");
    }
    ContainerRoot.requireReadable(ids, status, Folder.shown(path));
    try (Folder folder = Folder.reopen(place)) {
      put(entry(Kind.FOLDER, path, "", status, attributes(place, path)));
      packInside(folder, path + "/", status.device(), depth);
    }
  }

  private void packInside(Folder folder, String prefix, long device, int depth) throws IOException {
    folder.each(name -> {
      try {
        packOne(folder, name, prefix + name, device, depth);
      } catch (LinuxException e) {
        if (devices) {
          throw e; // what is sealed as whole is whole
        }
        switch (e.errno()) {
          case LinuxException.EACCES, LinuxException.EIO, LinuxException.ENOTCONN ->
              warnings.add("not read: " + Folder.shown(prefix + name) + ": " + e.getMessage());
          default -> throw e;
        }
      }
    });
  }

  /** Throws what the system says of it only between members. */
  private void packOne(Folder folder, String name, String path, long device, int depth)
      throws IOException {
    Optional<Fd> found = folder.find(name);
    if (found.isPresent()) {
      try (Fd place = found.get()) {
        FileStatus status = FileStatus.of(place);
        if (status.device() != device && OF_THE_KERNEL.contains(FileStatus.fileSystem(place))) {
          warnings.add("left out: the kernel's files in " + Folder.shown(path));
        } else {
          pack(place, path, status, depth + 1);
        }
      }
    }
  }

  private void remember(Inode inode, String path) {
    var size = AROUND_LINKED + path.length();
    if (size <= roomForLinked) {
      roomForLinked -= size;
      linked.put(inode, path);
    } else if (!linkedIsFull) {
      linkedIsFull = true;
      warnings.add("of very many files with several names some are stored once for each name");
    }
  }

  private void packFile(Fd place, String path, FileStatus status) throws IOException {
    ContainerRoot.requireReadable(ids, status, Folder.shown(path));
    var inode = new Inode(status.device(), status.inode());
    var first = status.links() > 1 ? linked.get(inode) : null;
    if (first != null) {
      put(entry(Kind.HARD_LINK, path, first, status, Map.of()));
      return;
    }
    var attributes = attributes(place, path);
    try (Fd file = OpenFile.read(place)) {
      var extents = extents(file, status);
      var whole = entry(Kind.FILE, path, "", status, attributes);
      tar.begin(extents.map(whole::sparse).orElse(whole));
      var runs = extents.orElse(List.of(new Extent(0, status.size())));
      copy(file, runs, path);
      tar.end();
      entries++;
    }
    if (status.links() > 1) {
      remember(inode, path); // only now is there a member of that name
    }
  }

  private void copy(Fd file, List<Extent> runs, String path) throws IOException {
    for (var run : runs) {
      try {
        OpenFile.seek(file, run.at());
      } catch (LinuxException e) {
        throw new IOException("could not read " + Folder.shown(path), e);
      }
      copy(file, run.length(), path);
    }
  }

  /** What became shorter meanwhile is filled up with zeros, as tar(1) does it. */
  private void copy(Fd file, long length, String path) throws IOException {
    for (var left = length; left > 0; ) {
      job.stopIfCancelled();
      int count = file.read(buffer);
      if (count < 0) {
        throw new IOException("could not read " + Folder.shown(path) + ": error " + -count);
      }
      if (count == 0) {
        warnings.add("changed while it was read: " + Folder.shown(path));
        Arrays.fill(buffer, (byte) 0);
        count = buffer.length;
        for (; left > count; left -= count) {
          tar.write(buffer, count);
        }
      }
      count = (int) Math.min(count, left);
      tar.write(buffer, count);
      left -= count;
    }
  }

  /** Where it has data; empty where it has no holes. Of very many holes the small ones are data. */
  private Optional<List<Extent>> extents(Fd file, FileStatus status) throws LinuxException {
    if (status.allocated() >= status.size()) {
      return Optional.empty();
    }
    List<Extent> runs = new ArrayList<>();
    var smallest = 1L;
    for (var at = 0L; at < status.size(); ) {
      job.stopIfCancelled();
      Optional<Long> data = OpenFile.data(file, at);
      if (data.isEmpty() || data.get() >= status.size()) {
        break;
      }
      var end = Math.min(OpenFile.hole(file, data.get()), status.size());
      Extents.add(runs, new Extent(data.get(), end - data.get()), smallest);
      for (; runs.size() >= MOST_EXTENTS; smallest *= 2) {
        runs = Extents.merged(runs, smallest);
      }
      at = end;
    }
    if (runs.equals(List.of(new Extent(0, status.size())))) {
      return Optional.empty();
    }
    if (runs.isEmpty() || runs.getLast().end() < status.size()) {
      runs.add(new Extent(status.size(), 0)); // how GNU tar learns of a hole at the end
    }
    return Optional.of(runs);
  }

  private void put(TarEntry entry) throws IOException {
    tar.begin(entry);
    tar.end();
    entries++;
  }

  private TarEntry entry(
      Kind kind, String path, String link, FileStatus status, Map<String, byte[]> attributes) {
    return new TarEntry(
        kind,
        path,
        link,
        status.mode(),
        ids.user(status.uid()),
        ids.group(status.gid()),
        kind == Kind.FILE ? status.size() : 0,
        status.modified(),
        attributes,
        Optional.empty());
  }

  private Map<String, byte[]> attributes(Fd place, String path) {
    try {
      return Attributes.inside(OpenFile.attributes(place), ids);
    } catch (LinuxException e) {
      warnings.add("without its attributes: " + Folder.shown(path) + ": " + e.getMessage());
      return Map.of();
    }
  }
}

package berth.agent.copy;

import berth.agent.copy.tar.TarEntry;
import berth.agent.linux.Fd;
import berth.agent.linux.FileStatus;
import berth.agent.linux.Folder;
import berth.agent.linux.LinuxException;
import berth.agent.linux.RootedPath;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders that an archive is unpacked into. One that is new in a folder that was there before
 * has a name of ours until {@link #complete}, and is taken away again where that is not reached.
 * Those that were there stay as they are, and a relative link to one is followed as long as it
 * stays beneath where all goes.
 */
final class Tree implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Tree.class);
  private static final int MODE = 0755;

  /** A folder of the archive that members may still come for. */
  private record Unfinished(String path, Folder folder, TarEntry entry) {}

  private final Landing landing;
  private final Ids ids;
  private final Owners owners;
  private final String half;
  private final boolean unseen;
  private final Map<String, String> hidden = new LinkedHashMap<>();
  private final Deque<Unfinished> unfinished = new ArrayDeque<>();
  private Optional<Folder> current = Optional.empty();
  private String currentPath = "";
  private int made;

  /**
   * One for an archive.
   *
   * @param unseen whether nobody sees any of it before all is there, so that nothing has to be
   *     hidden
   */
  Tree(Landing landing, Ids ids, Owners owners, String half, boolean unseen) {
    this.unseen = unseen;
    this.landing = landing;
    this.ids = ids;
    this.owners = owners;
    this.half = half;
  }

  /** Makes a folder of the archive, unless it is there. */
  void folder(List<String> place, TarEntry entry) throws IOException {
    Folder parent = parent(place);
    var name = name(place);
    Optional<Fd> found = parent.find(name);
    if (found.isPresent()) {
      found.get().close();
      open(place).close(); // refuses what is no folder
      return;
    }
    unfinished.push(new Unfinished(Landing.joined(place), make(parent, place), entry));
  }

  /** The open folder that something goes into; made where it is missing. It stays ours. */
  Folder parent(List<String> place) throws IOException {
    var parts = place.subList(0, place.size() - 1);
    var path = Landing.joined(parts);
    finishPast(Landing.joined(place));
    if (current.isEmpty() || !currentPath.equals(path)) {
      Folder folder = openOrMake(parts);
      closeCurrent();
      current = Optional.of(folder);
      currentPath = path;
      ContainerRoot.requireOwn(ids, folder, path.isEmpty() ? "the folder" : Folder.shown(path));
    }
    return current.get();
  }

  /** A folder that is there; the caller closes it. */
  Folder open(List<String> parts) throws LinuxException {
    var path = Landing.joined(translated(parts));
    try (Fd place =
        landing.whole()
            ? RootedPath.inRoot(landing.folder().fd(), path)
            : RootedPath.beneath(landing.folder().fd(), path)) {
      if (FileStatus.of(place).type() != FileStatus.Type.FOLDER) {
        throw new BerthException(
            ProblemCode.CONFLICT,
            "a folder can't replace what is none: " + Folder.shown(Landing.joined(parts)));
      }
      return Folder.reopen(place);
    }
  }

  /** All members are there: finishes the folders and gives the new ones their names. */
  void complete() throws IOException {
    finishPast("");
    closeCurrent();
    for (var path : List.copyOf(hidden.keySet())) {
      var parts = Landing.parts(path);
      try (Folder parent = open(parts.subList(0, parts.size() - 1))) {
        ContainerRoot.requireOwn(ids, parent, Folder.shown(path));
        parent.renameNew(hidden.get(path), parts.getLast());
        hidden.remove(path);
      } catch (LinuxException e) {
        if (e.errno() == LinuxException.EEXIST) {
          throw new BerthException(
              ProblemCode.CONFLICT, "something else made " + Folder.shown(path) + " meanwhile");
        }
        throw e;
      }
    }
  }

  @Override
  public void close() {
    unfinished.forEach(one -> one.folder.close());
    unfinished.clear();
    closeCurrent();
    for (var path : List.copyOf(hidden.keySet())) {
      var parts = Landing.parts(path);
      try (Folder parent = open(parts.subList(0, parts.size() - 1))) {
        ContainerRoot.requireOwn(ids, parent, Folder.shown(path));
        parent.removeTree(hidden.get(path), ids::own);
      } catch (IOException | BerthException e) {
        LOG.warn("what was copied in part stays: {}: {}", Folder.shown(path), e.getMessage());
      }
    }
  }

  private Folder openOrMake(List<String> parts) throws IOException {
    try {
      return open(parts);
    } catch (LinuxException e) {
      if (e.errno() != LinuxException.ENOENT || parts.isEmpty()) {
        throw e;
      }
    }
    try (Folder parent = openOrMake(parts.subList(0, parts.size() - 1))) {
      ContainerRoot.requireOwn(ids, parent, Folder.shown(Landing.joined(parts)));
      Folder folder = make(parent, parts);
      owners.giveToRoot(folder.fd(), MODE);
      return folder;
    }
  }

  /** Under a name of ours where its folder can be seen already. */
  private Folder make(Folder parent, List<String> place) throws IOException {
    var path = Landing.joined(place);
    if (unseen || isHidden(place)) {
      return own(parent.make(place.getLast()), path);
    }
    var name = half + "-" + made++;
    parent.removeTree(name, ids::own); // of an earlier attempt
    Folder folder = parent.make(name);
    hidden.put(path, name);
    return own(folder, path);
  }

  /** The container may have put another folder in its place. */
  private Folder own(Folder folder, String path) throws LinuxException {
    try {
      ContainerRoot.requireOwn(ids, folder, Folder.shown(path));
      return folder;
    } catch (LinuxException | BerthException e) {
      folder.close();
      throw e;
    }
  }

  /** What a member's name is at the moment. */
  private String name(List<String> place) {
    return translated(place).getLast();
  }

  private boolean isHidden(List<String> place) {
    for (var i = 1; i < place.size(); i++) {
      if (hidden.containsKey(Landing.joined(place.subList(0, i)))) {
        return true;
      }
    }
    return false;
  }

  /** At most one part of a path is new in a folder that was there. */
  private List<String> translated(List<String> parts) {
    for (var i = 1; !hidden.isEmpty() && i <= parts.size(); i++) {
      var name = hidden.get(Landing.joined(parts.subList(0, i)));
      if (name != null) {
        var now = new ArrayList<>(parts);
        now.set(i - 1, name);
        return now;
      }
    }
    return parts;
  }

  /** Folders get their mode and their time when nothing more is put into them. */
  private void finishPast(String path) throws LinuxException {
    while (!unfinished.isEmpty() && !path.startsWith(unfinished.peek().path + "/")) {
      var done = unfinished.pop();
      try (Folder folder = done.folder) {
        owners.give(folder.fd(), done.entry);
      }
    }
  }

  private void closeCurrent() {
    current.ifPresent(Folder::close);
    current = Optional.empty();
  }
}

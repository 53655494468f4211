package berth.agent.copy;

import berth.agent.copy.tar.TarEntry;
import berth.agent.linux.Fd;
import berth.agent.linux.Folder;
import berth.agent.linux.LinuxException;
import berth.agent.linux.OpenFile;
import berth.protocol.command.FileOwner;
import java.util.Map;
import java.util.Optional;

/**
 * Gives what was written the owner, mode, attributes and time that an archive tells, in an order in
 * which none takes back another.
 */
final class Owners {
  private static final int SET_IDS = 06000;

  private final Ids ids;
  private final Optional<FileOwner> owner;
  private final Warnings warnings;

  Owners(Ids ids, Optional<FileOwner> owner, Warnings warnings) {
    this.ids = ids;
    this.owner = owner;
    this.warnings = warnings;
  }

  /** Gives it to a file or folder that is open. */
  void give(Fd file, TarEntry entry) throws LinuxException {
    file.chown(user(entry), group(entry));
    file.chmod(mode(entry));
    for (Map.Entry<String, byte[]> one : Attributes.outside(entry.attributes(), ids).entrySet()) {
      attribute(file, one.getKey(), one.getValue(), entry);
    }
    OpenFile.modified(file, entry.modified());
  }

  /** Gives it to what has neither mode nor attributes of its own. */
  void giveHandle(Fd place, TarEntry entry) throws LinuxException {
    OpenFile.own(place, user(entry), group(entry));
    OpenFile.modified(place, entry.modified());
  }

  /** Gives a folder that no archive told of to the container's root. */
  void giveToRoot(Fd folder, int mode) throws LinuxException {
    file(folder, 0, 0);
    folder.chmod(mode);
  }

  private void file(Fd file, long uid, long gid) throws LinuxException {
    file.chown(ids.hostUser(uid).orElse(Ids.NOBODY), ids.hostGroup(gid).orElse(Ids.NOBODY));
  }

  private void attribute(Fd file, String name, byte[] value, TarEntry entry) throws LinuxException {
    try {
      OpenFile.attribute(file, name, value);
    } catch (LinuxException e) {
      if (e.errno() != LinuxException.EOPNOTSUPP) {
        throw e;
      }
      warnings.add(
          "without the attribute "
              + Folder.shown(name)
              + ", which the file system does not take: "
              + Folder.shown(entry.name()));
    }
  }

  /** What was to run as somebody unknown does not run as somebody else. */
  private int mode(TarEntry entry) {
    var known =
        ids.hostUser(owner.map(FileOwner::uid).orElse(entry.uid())).isPresent()
            && ids.hostGroup(owner.map(FileOwner::gid).orElse(entry.gid())).isPresent();
    return known ? entry.mode() : entry.mode() & ~SET_IDS;
  }

  private long user(TarEntry entry) {
    var wanted = owner.map(FileOwner::uid).orElse(entry.uid());
    return ids.hostUser(wanted).orElseGet(() -> nobody(entry, wanted, ids.hostUser(Ids.NOBODY)));
  }

  private long group(TarEntry entry) {
    var wanted = owner.map(FileOwner::gid).orElse(entry.gid());
    return ids.hostGroup(wanted).orElseGet(() -> nobody(entry, wanted, ids.hostGroup(Ids.NOBODY)));
  }

  private long nobody(TarEntry entry, long wanted, Optional<Long> nobody) {
    warnings.add(
        "the container has no user "
            + wanted
            + ", so it belongs to nobody: "
            + Folder.shown(entry.name()));
    return nobody.or(() -> ids.hostUser(0)).orElse(Ids.NOBODY);
  }
}

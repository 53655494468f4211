package berth.agent.storage;

import berth.agent.linux.Subvolumes;
import berth.agent.process.HostProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A pool in a folder of a {@link Disk}. */
final class FolderGround implements Ground {
  private final Disk.Kind kind;
  private final Disk disk;

  FolderGround(Disk.Kind kind) throws IOException {
    this.kind = kind;
    this.disk = Disk.of(kind);
  }

  @Override
  public StorageBackend open() throws IOException {
    var folders = Map.of(Pools.DEFAULT, disk.root().resolve("machines"));
    return Pools.open(folders, new Tools(new HostProcesses())).find(Optional.empty()).storage();
  }

  /** Where its file system is mounted. */
  Path root() {
    return disk.root();
  }

  @Override
  public void nest(Path folder) throws IOException {
    if (kind == Disk.Kind.BTRFS) {
      Subvolumes.create(folder);
    } else {
      Files.createDirectory(folder);
    }
  }

  @Override
  public void look(Path tree, Look look) throws IOException {
    look.at(tree);
  }

  @Override
  public void close() throws IOException {
    disk.close();
  }
}

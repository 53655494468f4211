package berth.agent.storage;

import berth.agent.linux.FileSystem;
import berth.agent.storage.btrfs.BtrfsTrees;
import berth.agent.storage.directory.DirectoryTrees;
import berth.agent.storage.lvm.LvmBackend;
import berth.agent.systemd.Systemd;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.PoolName;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The pools of this host, each with the layout that its file system allows. */
public final class Pools {
  /** The pool that a command means which names none, where the host has it. */
  public static final PoolName DEFAULT = new PoolName("default");

  private final List<Pool> all;

  private Pools(List<Pool> all) {
    this.all = List.copyOf(all);
  }

  /** These pools and no others. */
  public static Pools of(List<Pool> pools) {
    return new Pools(pools);
  }

  /** Opens the configured folders, makes those that are missing, and finds out their layouts. */
  public static Pools open(Map<PoolName, Path> folders, Tools tools) throws IOException {
    var pools = new ArrayList<Pool>();
    for (var entry : new TreeMap<>(folders).entrySet()) {
      pools.add(new Pool(entry.getKey(), backend(folder(entry.getValue()), tools)));
    }
    return new Pools(pools);
  }

  /** The same for places of any kind; what they need of this host is checked. */
  public static Pools open(Map<PoolName, PoolPlace> places, Tools tools, Systemd systemd)
      throws IOException {
    var pools = new ArrayList<Pool>();
    for (var entry : new TreeMap<>(places).entrySet()) {
      var storage =
          switch (entry.getValue()) {
            case PoolPlace.Folder(var folder) -> backend(folder(folder), tools);
            case PoolPlace.Thin thin ->
                LvmBackend.open(thin, folder(thin.folder()), tools, systemd);
          };
      pools.add(new Pool(entry.getKey(), storage));
    }
    return new Pools(pools);
  }

  /** All of them, in order of their names. */
  public List<Pool> all() {
    return all;
  }

  /** The pool of that name; the default one where none is named. */
  public Pool find(Optional<PoolName> name) {
    var wanted = name.orElseGet(() -> all.size() == 1 ? all.getFirst().name() : DEFAULT);
    return all.stream()
        .filter(pool -> pool.name().equals(wanted))
        .findFirst()
        .orElseThrow(() -> unknown(wanted));
  }

  /** The pool that keeps the volume of a container. */
  public Optional<Pool> holding(ContainerName container) {
    return all.stream().filter(pool -> pool.storage().volume(container).isPresent()).findFirst();
  }

  /** Takes away what an agent left in the middle of its work, in all of them. */
  public void sweep() throws IOException {
    for (var pool : all) {
      pool.storage().sweep();
    }
  }

  private BerthException unknown(PoolName name) {
    return new BerthException(
        ProblemCode.NOT_FOUND,
        "no pool \"" + name + "\" on this host",
        "there are: " + all.stream().map(p -> p.name().value()).collect(Collectors.joining(", ")));
  }

  private static Path folder(Path configured) throws IOException {
    var owner = PosixFilePermissions.fromString("rwx------");
    Files.createDirectories(configured, PosixFilePermissions.asFileAttribute(owner));
    return configured.toRealPath();
  }

  private static StorageBackend backend(Path folder, Tools tools) throws IOException {
    var directories = new DirectoryTrees(tools);
    var btrfs = FileSystem.of(folder).btrfs();
    return new FolderBackend(folder, btrfs ? new BtrfsTrees(directories) : directories);
  }
}

package berth.agent.storage.lvm;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.linux.Reactor;
import berth.agent.process.HostProcesses;
import berth.agent.process.Processes;
import berth.agent.storage.Disk;
import berth.agent.storage.Ground;
import berth.agent.storage.PoolPlace;
import berth.agent.storage.StorageBackend;
import berth.agent.storage.Tools;
import berth.agent.systemd.SystemBus;
import berth.agent.systemd.Systemd;
import berth.protocol.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A thin pool on the second disk of a test kernel, which nobody else uses, with a real systemd that
 * mounts its volumes. Closing it leaves it empty, for another test.
 */
final class ThinPool implements Ground {
  private static final String DISK = "/dev/ubdb";
  private static final HostProcesses PROCESSES = new HostProcesses();

  private final PoolPlace.Thin place;
  private final Reactor reactor;
  private final SystemBus bus;
  private final Systemd systemd;

  private ThinPool(PoolPlace.Thin place) throws IOException {
    this.place = place;
    this.reactor = Reactor.start();
    this.bus = new SystemBus(reactor);
    this.systemd = new Systemd(bus);
  }

  /** Makes one whose volumes are mounted in a folder. */
  static ThinPool make(Path folder) throws IOException {
    var place = new PoolPlace.Thin("berth-it", "thin", folder, ByteSize.parse("320MiB"));
    Files.createDirectories(folder);
    Disk.run(List.of("vgcreate", "--yes", place.group(), DISK));
    Disk.run(
        List.of(
            "lvcreate",
            "--yes",
            "--type=thin-pool",
            "--size=600M",
            "--name=" + place.pool(),
            place.group()));
    return new ThinPool(place);
  }

  @Override
  public StorageBackend open() {
    return LvmBackend.open(place, folder(), new Tools(PROCESSES), systemd);
  }

  /** One that takes no new work past a point, or whose programs are run in another way. */
  StorageBackend open(Fullness most, Processes processes) {
    return new LvmBackend(place, folder(), most, new Tools(processes), units());
  }

  Path folder() {
    return place.folder();
  }

  Systemd systemd() {
    return systemd;
  }

  Lvm lvm() {
    return new Lvm(place, new Tools(PROCESSES));
  }

  Xfs xfs() {
    return new Xfs(new Tools(PROCESSES));
  }

  MountUnits units() {
    return new MountUnits(place.group(), folder(), systemd);
  }

  @Override
  public void nest(Path folder) throws IOException {
    Files.createDirectory(folder);
  }

  @Override
  public void look(Path device, Look look) throws IOException {
    var mount = Files.createTempDirectory("berth-look");
    Disk.run(List.of("lvchange", "-ay", "-K", device.toString()));
    Disk.run(List.of("mount", "-o", "ro,norecovery,nouuid", device.toString(), mount.toString()));
    try {
      look.at(mount);
    } finally {
      Disk.run(List.of("umount", mount.toString()));
      Files.delete(mount);
      Disk.run(List.of("lvchange", "-an", device.toString()));
    }
  }

  @Override
  public void close() throws IOException {
    assertThat(lvm().volumes()).as("nothing is half made").noneMatch(LogicalVolume::isStaging);
    var storage = open();
    for (var container : storage.volumes()) {
      storage.delete(container);
    }
    for (var container : storage.snapshotted()) {
      for (var snapshot : storage.snapshots(container)) {
        storage.delete(container, snapshot.name());
      }
    }
    for (var image : storage.images()) {
      storage.delete(image.name());
    }
    assertThat(lvm().volumes()).isEmpty();
  }

  /** Takes it from the disk, whatever is in it. */
  void dismantle() throws IOException {
    bus.close();
    reactor.close();
    Disk.run(List.of("vgremove", "--yes", place.group()));
    Disk.run(List.of("pvremove", "--yes", DISK));
  }
}

package berth.agent.container;

import berth.agent.copy.Archives;
import berth.agent.linux.Reactor;
import berth.agent.process.Processes;
import berth.agent.report.Reporter;
import berth.agent.storage.Pools;
import berth.agent.systemd.Cgroup;
import berth.agent.systemd.ContainerWatch;
import berth.agent.systemd.Machine;
import berth.agent.systemd.MachineEvent;
import berth.agent.systemd.Machines;
import berth.agent.systemd.SystemBus;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitEvent;
import berth.agent.systemd.UnitStatus;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The containers of this host: what performs the commands about them, and the picture of them with
 * all that keeps it true. From its making on, what happens is told to the reporter.
 */
public final class ContainerFeature implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ContainerFeature.class);
  private static final String INOTIFY = "sysctl fs.inotify.max_user_instances";
  private static final Path SETTINGS = Path.of("/etc/systemd/nspawn");
  private static final Path MACHINES = Path.of("/var/lib/machines");

  private final Containers containers;
  private final Snapshots snapshots;
  private final Exports exports;
  private final ContainerPicture picture;
  private final Looker looker;
  private final Optional<FolderWatch> folders;
  private final ContainerWatch watch;

  /** Listens first and looks then, so that nothing is missed in between. */
  public ContainerFeature(
      Pools pools,
      Reactor reactor,
      SystemBus bus,
      Systemd systemd,
      Machines machines,
      Processes processes,
      Archives archives,
      Reporter reporter) {
    var settings = new Settings(SETTINGS);
    var place = new Place(MACHINES);
    var journal = new UnitJournal(processes);
    var inspector = new Inspector(pools, settings, systemd, machines, journal);
    picture = new ContainerPicture(inspector::find, inspector::names, reporter);
    var leftovers = new Leftovers(processes, MACHINES);
    var freezer = new Freezer(systemd, machines, Cgroup::unifiedAlone);
    var starter = new Starter(systemd, machines, freezer, journal, leftovers);
    var removal = new Removal(pools, settings, place, starter, systemd, machines, leftovers);
    var signals = new Signals(systemd, machines);
    var reboot = new Reboot(systemd, machines, starter, journal);
    var dropIns = new DropIns();
    var activity = new Activity(systemd, machines);
    var cloning = new Cloning(pools, settings, dropIns, place, removal, systemd, activity);
    var renaming =
        new Renaming(pools, settings, dropIns, place, removal, systemd, activity, leftovers);
    snapshots = new Snapshots(pools, settings, place, activity);
    var shaper = new Shaper(settings, systemd, machines, (name, size) -> limit(pools, name, size));
    exports = new Exports(pools, settings, activity, starter, snapshots, archives);
    var imports = new Imports(pools, settings, place, removal, shaper, snapshots, archives);
    containers =
        new Containers(
            pools, settings, shaper, place, starter, removal, signals, reboot, freezer, cloning,
            renaming, snapshots, imports, picture);
    looker = new Looker(picture);
    folders = listening(pools, settings);
    picture.begin();
    watch = new ContainerWatch(reactor, bus, systemd, machines, new Ears());
  }

  /** Performs the commands about containers. */
  public Containers containers() {
    return containers;
  }

  /** Sends them elsewhere. */
  public Exports exports() {
    return exports;
  }

  /** Their snapshots, which nobody but people and time removes. */
  public Snapshots snapshots() {
    return snapshots;
  }

  /** The containers as they are. */
  public ContainerPicture picture() {
    return picture;
  }

  @Override
  public void close() throws IOException {
    watch.close();
    if (folders.isPresent()) {
      folders.get().close();
    }
    looker.close();
  }

  /** Without it all goes on, but what is made or removed by hand is noticed late. */
  private Optional<FolderWatch> listening(Pools pools, Settings settings) {
    try {
      return Optional.of(
          new FolderWatch(folders(pools), settings, looker::heard, looker::heardOfAny));
    } catch (IOException e) {
      LOG.warn("containers made by hand are noticed late: {}; see {}", e.getMessage(), INOTIFY);
      return Optional.empty();
    }
  }

  private static void limit(Pools pools, ContainerName name, Optional<ByteSize> size)
      throws IOException {
    var pool = pools.holding(name);
    if (pool.isEmpty()) {
      throw new BerthException(
          ProblemCode.UNSUPPORTED,
          "the volume of " + name + " is in no pool of Berth's, so it gets no size");
    }
    pool.get().storage().limit(name, size);
  }

  private static List<Path> folders(Pools pools) {
    return pools.all().stream().map(pool -> pool.storage().folder()).distinct().toList();
  }

  /** Whatever systemd tells, the picture looks for itself. */
  private final class Ears implements ContainerWatch.Watcher {
    @Override
    public void picture(List<UnitStatus> units, List<Machine> running) {
      looker.heardOfAny();
    }

    @Override
    public void unit(UnitEvent event) {
      event
          .status()
          .unit()
          .container()
          .ifPresent(name -> {
            switch (event) {
              case UnitEvent.OutOfMemory _ -> picture.ranOutOfMemory(name);
              case UnitEvent.LimitReached(_, var limit, var times) ->
                  picture.reachedLimit(name, limit, times);
              case UnitEvent.Ready _ -> looker.heardOfBoot(name);
              case UnitEvent.Failed(var status) when status.isComingAgain() ->
                  picture.crashed(name, Inspector.ending(status));
              case UnitEvent.Starting _,
                  UnitEvent.Started _,
                  UnitEvent.Stopping _,
                  UnitEvent.Stopped _,
                  UnitEvent.Failed _,
                  UnitEvent.Paused _,
                  UnitEvent.Resumed _,
                  UnitEvent.Rebooting _ ->
                  looker.heard(name);
            }
          });
    }

    @Override
    public void machine(MachineEvent event) {
      looker.heard(event.container());
    }
  }
}

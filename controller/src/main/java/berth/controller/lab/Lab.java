package berth.controller.lab;

import berth.controller.lab.image.AptSources;
import berth.controller.lab.image.RootTarball;
import berth.controller.lab.machine.CgroupLayout;
import berth.controller.lab.machine.ControlGroups;
import berth.controller.lab.machine.KernelSettings;
import berth.controller.lab.machine.Mounts;
import berth.controller.lab.machine.Processes;
import berth.controller.lab.machine.Subnet;
import berth.protocol.BerthException;
import berth.protocol.HostId;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A fleet on one machine, in a folder of its own. {@link #up} goes on from whatever is there,
 * {@link #down} leaves nothing behind whatever happened before; only one of them runs at a time,
 * and any number of programs may use the lab's hosts meanwhile.
 */
public final class Lab {
  private static final Path LOCKS = Path.of("/run/berth-lab");

  private final LabFolder folder;
  private final Progress progress;

  private Lab(LabFolder folder, Progress progress) {
    this.folder = folder;
    this.progress = progress;
  }

  /** The lab in a folder, which may not be there yet. */
  public static Lab open(LabFolder folder, Progress progress) {
    return new Lab(folder, progress);
  }

  /** The lab in a folder, with the root file systems that all labs of this machine share. */
  public static Lab open(Path folder) {
    var cache = LabFolder.of(System.getenv()).cache();
    return new Lab(new LabFolder(folder, cache), System.out::println);
  }

  /** Brings up what the plan says and waits until all of it works; what is up already stays. */
  public void up(LabPlan plan) {
    Requirements.requireRoot();
    locked(() -> {
      var layout = new Requirements(folder).check(plan.release());
      up(plan, new ControlGroups(layout, folder.name()));
    });
  }

  /** Takes everything away, also what a crash left, but for the root file systems that are kept. */
  public void down() {
    Requirements.requireRoot();
    locked(this::takeAway);
  }

  /** Removes the root file systems that are kept for the next lab. */
  public void purge() {
    RootTarball.purge(folder.cache());
  }

  /** How the lab is. */
  public LabStatus status() {
    var record = LabRecord.read(folder);
    if (record.isEmpty()) {
      return new LabStatus(
          folder.path().toString(), !groups().groups().isEmpty(), Optional.empty(), List.of());
    }
    var hosts = hosts().stream().map(Lab::status).toList();
    var controller = record.filter(LabRecord::fleet).map(_ -> controller().status());
    return new LabStatus(folder.path().toString(), true, controller, hosts);
  }

  /** The hosts in order, whether they run or not; none where the lab is not up. */
  public List<LabHost> hosts() {
    return LabRecord.read(folder).map(this::hosts).orElse(List.of());
  }

  /** The host of a name such as {@code lab1}. */
  public LabHost host(String name) {
    return hosts().stream()
        .filter(host -> host.name().equals(name))
        .findFirst()
        .orElseThrow(() -> noHost(name));
  }

  /** The controller of a lab that is up with one. */
  public LabController controller() {
    var record =
        LabRecord.read(folder)
            .filter(LabRecord::fleet)
            .orElseThrow(() ->
                new BerthException(
                    ProblemCode.NOT_FOUND,
                    "no lab with a controller in " + folder.path(),
                    "berth lab up"));
    return new LabController(folder, groups(), record);
  }

  /** A tarball of a small Debian that boots as a container; made at the first call and kept. */
  public Path guestTar() {
    var sources = AptSources.read(Path.of("/etc/apt"));
    var release = LabPlan.of(1).release();
    var tarball = RootTarball.guest(release, sources.of(release, Optional.empty()));
    return tarball.make(folder.cache(), groups());
  }

  private void up(LabPlan plan, ControlGroups groups) {
    // An earlier command that was killed may have left this running.
    groups.kill(RootTarball.GROUP);
    var record = record(plan).write(folder);
    var tarball = tarball(plan);
    if (!tarball.isIn(folder.cache())) {
      progress.say("making a root file system of " + plan.release() + ", once: about a minute");
    }
    tarball.make(folder.cache(), groups);
    folder.pool().up();
    template(tarball, groups);
    new KernelSettings(folder.name()).up();
    folder.bridge(record.subnet()).up();
    AgentInstall.prepare(folder);
    var hosts = hosts(record);
    var fleet =
        record.fleet()
            ? Optional.of(new Fleet(folder, new LabController(folder, groups, record), progress))
            : Optional.<Fleet>empty();
    fleet.ifPresent(Fleet::begin);
    progress.say("booting " + hosts.size() + " hosts of " + record.release());
    Together.all(hosts, host -> boot(host, fleet));
    fleet.ifPresent(ready -> ready.await(hosts));
  }

  private void boot(LabHost host, Optional<Fleet> fleet) {
    var was = host.leader();
    host.make();
    var changed = fleet.map(ready -> ready.enable(host)).orElse(false);
    host.start();
    if (changed && was != 0) {
      host.run("systemctl", "daemon-reload");
      host.run("systemctl", "restart", AgentInstall.UNIT);
    }
    var state = host.state();
    if (was == 0 || !state.equals("running")) {
      progress.say("%s: %s at %s".formatted(host.name(), state, host.address()));
    }
  }

  private LabRecord record(LabPlan plan) {
    var before = LabRecord.read(folder);
    if (before.isPresent() && before.get().release() != plan.release()) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          "the lab in %s is of %s".formatted(folder.path(), before.get().release()),
          "berth lab down, then up with --release " + plan.release());
    }
    return before
        .map(record -> record.grownTo(plan))
        .orElseGet(() ->
            new LabRecord(
                plan.hosts(),
                plan.release(),
                plan.fleet(),
                Subnet.free(folder.seed()),
                LabController.freePort()));
  }

  private static RootTarball tarball(LabPlan plan) {
    var sources = AptSources.read(Path.of("/etc/apt"));
    return RootTarball.host(plan.release(), sources.of(plan.release(), plan.mirror()));
  }

  private void template(RootTarball tarball, ControlGroups groups) {
    var pool = folder.pool();
    if (Files.exists(pool.at(HostRoot.TEMPLATE))) {
      return;
    }
    var unfinished = ".tmp-" + HostRoot.TEMPLATE;
    pool.delete(unfinished);
    var argv =
        List.of(
            "tar",
            "--extract",
            "--zstd",
            "--preserve-permissions",
            "--numeric-owner",
            "--xattrs",
            "--xattrs-include=*",
            "--file=" + tarball.file(folder.cache()),
            "--directory=" + pool.create(unfinished));
    var log = folder.log("template");
    var process = Processes.background(groups.launcher(RootTarball.GROUP, argv), Map.of(), log);
    if (Processes.await(process) != 0) {
      throw new BerthException(
          ProblemCode.FAILED, "can't unpack the root file system", "see " + log);
    }
    groups.remove(RootTarball.GROUP);
    try {
      Files.move(pool.at(unfinished), pool.at(HostRoot.TEMPLATE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void takeAway() {
    var groups = groups();
    groups.kill(RootTarball.GROUP);
    groups.kill(LabController.GROUP);
    var hosts =
        groups.groups().stream()
            .filter(name -> name.matches("lab[0-9]+"))
            .map(name -> Integer.valueOf(name.substring("lab".length())))
            .toList();
    var subnet = subnetIfKnown();
    var bridge = folder.bridge(subnet);
    if (!hosts.isEmpty()) {
      progress.say("stopping " + hosts.size() + " hosts");
      Together.all(hosts, number -> new LabHost(folder, groups, bridge, number).stop());
    }
    groups.killAll();
    bridge.down();
    folder.pool().down();
    new KernelSettings(folder.name()).down();
    Processes.run("rm", "-rf", "--one-file-system", folder.run().toString());
    // Only if it is empty now: what else is in it is not the lab's.
    Processes.tryRun("rmdir", folder.path().toString());
  }

  /** To take a lab away its addresses need not be known, nor its record be readable. */
  private Subnet subnetIfKnown() {
    try {
      return LabRecord.read(folder).map(LabRecord::subnet).orElse(Subnet.of("10.64.0"));
    } catch (BerthException e) {
      progress.say("the lab's record can't be read: " + e.getMessage());
      return Subnet.of("10.64.0");
    }
  }

  private static LabStatus.Host status(LabHost host) {
    return new LabStatus.Host(
        host.id(),
        host.address(),
        host.leader(),
        host.state(),
        host.connected(),
        host.log().toString());
  }

  private List<LabHost> hosts(LabRecord record) {
    var groups = groups();
    var bridge = folder.bridge(record.subnet());
    return IntStream.rangeClosed(1, record.hosts())
        .mapToObj(number -> new LabHost(folder, groups, bridge, number))
        .toList();
  }

  private BerthException noHost(String name) {
    var known = hosts().stream().map(LabHost::id).map(HostId::value).toList();
    return known.isEmpty()
        ? new BerthException(
            ProblemCode.NOT_FOUND, "no lab is up in " + folder.path(), "berth lab up")
        : new BerthException(
            ProblemCode.NOT_FOUND,
            "no host " + name + " in the lab; it has " + String.join(", ", known));
  }

  private ControlGroups groups() {
    return CgroupLayout.of(Mounts.now())
        .map(layout -> new ControlGroups(layout, folder.name()))
        .orElseThrow(() ->
            new BerthException(
                ProblemCode.UNSUPPORTED, "this machine has no control groups of version 2"));
  }

  /** The lock is outside of the lab's folder, which goes away with the lab. */
  private void locked(Runnable step) {
    var file = LOCKS.resolve(folder.name() + ".lock");
    try {
      Files.createDirectories(LOCKS);
      try (var channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        if (channel.tryLock() == null) {
          progress.say("waiting for another lab command to end");
          channel.lock();
        }
        step.run();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't lock " + file, e);
    }
  }
}

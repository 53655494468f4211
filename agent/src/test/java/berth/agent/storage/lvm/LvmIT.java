package berth.agent.storage.lvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.Eventually;
import berth.agent.dispatch.FakeJob;
import berth.agent.linux.FileSystem;
import berth.agent.process.HostCommand;
import berth.agent.process.HostProcesses;
import berth.agent.storage.Disk;
import berth.agent.storage.ImageRecord;
import berth.agent.storage.Mounts;
import berth.agent.storage.Pool;
import berth.agent.storage.Pools;
import berth.agent.storage.SnapshotRecord;
import berth.agent.storage.StorageBackend;
import berth.agent.systemd.JobResult;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import berth.protocol.SnapshotName;
import berth.protocol.state.PoolState.Layout;
import berth.protocol.state.SnapshotState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thin pool on a disk that nobody else uses, with a real systemd that mounts its volumes. */
@Tag("disk")
@Timeout(240)
class LvmIT {
  private static final Path MACHINES = Path.of("/var/lib/machines");
  private static final Path SETTINGS = Path.of("/etc/systemd/nspawn");
  private static final Path UNITS = Path.of("/etc/systemd/system");
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final ImageName IMAGE = new ImageName("berth_it");
  private static final ContainerName WEB = new ContainerName("lvm-web");
  private static final SnapshotName ONE = new SnapshotName("one");
  private static final ContainerName COPY = new ContainerName("lvm-copy");

  private static final String COUNTING =
      """
      #!/bin/sh
      n=0
      while :; do n=$((n + 1)); echo $n >/counter; sleep 0.1; done
      """;

  private static final HostProcesses PROCESSES = new HostProcesses();
  private static ThinPool ground;
  private static Systemd systemd;
  private static Pool pool;

  private final Lvm lvm = ground.lvm();
  private final Xfs xfs = ground.xfs();
  private final MountUnits units = ground.units();

  @BeforeAll
  static void makeAThinPool() throws Exception {
    ground = ThinPool.make(MACHINES);
    systemd = ground.systemd();
    pool = new Pool(Pools.DEFAULT, ground.open());
    pool.storage().make(IMAGE, LvmIT::fill, new FakeJob());
  }

  @AfterAll
  static void takeItDown() throws Exception {
    ground.close();
    ground.dismantle();
  }

  @AfterEach
  void removeTheVolumes() throws IOException {
    for (var container : List.of(WEB, COPY)) {
      terminate(container);
      pool.storage().delete(container);
      Files.deleteIfExists(SETTINGS.resolve(container + ".nspawn"));
    }
    assertNothingLeft();
  }

  private static void terminate(ContainerName container) {
    var unit = UnitName.of(container);
    PROCESSES.attempt(HostCommand.of("machinectl", "terminate", container.value()));
    systemd.stop(unit, LIMIT);
    systemd.resetFailed(unit);
  }

  @Test
  void aVolumeIsMadeRunsGrowsIsCopiedAndComesBack() throws Exception {
    var web = create(WEB);
    assertThat(pool.state().fullness().data().orElseThrow()).isBetween(0.001, 0.8);
    assertThat(pool.state().fullness().metadata().orElseThrow()).isBetween(0.001, 0.8);
    assertThat(web).isEqualTo(MACHINES.resolve(WEB.value()));
    assertThat(Mounts.has(web)).isTrue();
    start(WEB);
    Eventually.holds("it counts", () -> counter(WEB) > 2);

    pool.storage().limit(WEB, Optional.of(ByteSize.parse("400MiB")));
    assertThat(FileSystem.of(web).size()).isGreaterThan(330L << 20);
    assertProblem(
        ProblemCode.UNSUPPORTED, "lvm-web has 400MiB", () -> limit(WEB, ByteSize.parse("320MiB")));

    var copy =
        pool.storage()
            .copy(WEB, COPY, true, t -> Files.createFile(t.resolve("mine")), new FakeJob());
    assertThat(copy.resolve("mine")).exists();
    assertThat(web.resolve("mine")).doesNotExist();
    assertThat(counter(COPY)).isPositive();
    var before = counter(WEB);
    Eventually.holds("it counts on", () -> counter(WEB) > before);
    assertThat(uuid(COPY)).isNotBlank().isNotEqualTo(uuid(WEB));
    assertThat(pool.storage().volumes()).containsExactly(COPY, WEB);

    var record = record();
    pool.storage().snapshot(WEB, record, true, () -> {}, new FakeJob());
    var then = counter(WEB);
    Eventually.holds("it still counts", () -> counter(WEB) > then);
    terminate(WEB);
    restore(tree -> Files.createFile(tree.resolve("mine")));
    assertThat(counter(WEB)).isBetween(before, then);
    assertThat(web.resolve("mine")).exists();
    assertThat(pool.storage().snapshots(WEB)).extracting("record").containsExactly(record);
    pool.storage().delete(WEB, ONE);
  }

  private static SnapshotRecord record() {
    var state = new SnapshotState(ONE, Instant.EPOCH, Optional.of("why"), false, Optional.empty());
    return new SnapshotRecord(state, WEB, Optional.empty());
  }

  @Test
  void aVolumeIsRenamedAndNamesThatAreTakenAreRefused() throws Exception {
    create(WEB);
    Files.writeString(MACHINES.resolve("lvm-web/kept"), "kept");
    assertProblem(ProblemCode.ALREADY_EXISTS, "lvm-web", () -> create(WEB));
    assertThat(pool.storage().rename(WEB, COPY).resolve("kept")).hasContent("kept");
    assertThat(pool.storage().volumes()).containsExactly(COPY);
    assertThat(MACHINES.resolve(WEB.value())).doesNotExist();
    assertProblem(ProblemCode.NOT_FOUND, "lvm-web", () -> pool.storage().rename(WEB, COPY));
    var unit = PROCESSES.run("systemctl", "is-enabled", MountUnit.name(MACHINES, COPY)).stdout();
    assertThat(unit.strip()).isEqualTo("enabled");
  }

  @Test
  void aVolumeThatSomebodyUsesStays() throws Exception {
    var web = create(WEB);
    var user = new ProcessBuilder("sleep", "1000").directory(web.toFile()).inheritIO().start();
    try {
      assertProblem(ProblemCode.CONFLICT, "lvm-web is in use", () -> delete(WEB));
      assertThat(web.resolve("counter")).exists();
    } finally {
      user.destroyForcibly().waitFor();
    }
  }

  @Test
  void whatIsNotMountedIsMountedBeforeItIsWrittenToAndAnotherOneIsLeftAlone() throws Exception {
    var web = create(WEB);
    xfs.unmount(web);
    assertThat(pool.storage().open(WEB)).contains(web);
    assertThat(Mounts.has(web)).isTrue();
    limit(WEB, new ByteSize((330L << 20) + 100)); // no whole sector

    create(COPY);
    xfs.unmount(web);
    Disk.run(List.of("mount", "-o", "nouuid", lvm.device(COPY.value()).toString(), web.toString()));
    assertProblem(ProblemCode.CONFLICT, "lvm-web is not /dev/berth-it/lvm-web", () -> delete(WEB));
    assertThat(lvm.find(WEB.value())).isPresent();
    xfs.unmount(web);

    var own = UNITS.resolve("var-lib-machines-lvm\\x2dthird.mount");
    Files.writeString(own, "[Mount]\nWhat=UUID=1-2\nWhere=/var/lib/machines/lvm-third\n");
    try {
      var third = new ContainerName("lvm-third");
      assertProblem(ProblemCode.ALREADY_EXISTS, "lvm-third", () -> create(third));
      pool.storage().sweep();
      assertThat(own).content().contains("UUID=1-2");
    } finally {
      Files.delete(own);
    }
  }

  @Test
  void whatAKilledAgentLeftIsRemovedOrBroughtToItsEnd() throws Exception {
    create(WEB);
    var image = lvm.volumes().stream().filter(v -> v.image().isPresent()).findFirst().get();
    xfs.unmount(MACHINES.resolve(WEB.value())); // as after a boot that did not mount it
    lvm.snapshot(image.name(), "lvm-half", Tags.STAGING, Tags.VOLUME);
    xfs.renew(lvm.device("lvm-half"), false, MACHINES);
    var hidden = xfs.hidden(lvm.device("lvm-half"), MACHINES).tree();
    lvm.snapshot(image.name(), COPY.value(), Tags.STAGING, Tags.VOLUME);
    lvm.publish(COPY.value(), List.of());
    lvm.snapshot(image.name(), "image+old", Tags.STAGING, Tags.image(IMAGE));
    var old = new ImageRecord(Instant.EPOCH, Optional.empty(), "old", Optional.empty());
    lvm.publish("image+old", Tags.record(old));
    var gone = new MountUnit(new ContainerName("lvm-gone"), lvm.device("lvm-gone"), MACHINES, true);
    units.put(gone);

    pool.storage().sweep();

    assertThat(pool.storage().volumes()).containsExactly(COPY, WEB);
    assertThat(Mounts.has(MACHINES.resolve(WEB.value()))).isTrue();
    assertThat(MACHINES.resolve("lvm-copy/counter")).exists();
    assertThat(hidden).doesNotExist();
    assertThat(pool.images()).extracting("source").containsExactly("a test");
    assertThat(lvm.volumes())
        .extracting(LogicalVolume::name)
        .containsExactlyInAnyOrder(WEB.value(), COPY.value(), image.name());
  }

  @Test
  void whatFailsLeavesNothingAndANearlyFullPoolTakesNothingNew() throws Exception {
    assertThatThrownBy(() ->
            pool.storage()
                .create(
                    WEB,
                    IMAGE,
                    tree -> {
                      throw new IOException("no more");
                    },
                    new FakeJob()))
        .hasMessage("no more");
    assertNothingLeft();
    var web = create(WEB);
    var state = pool.state();
    assertThat(state.layout()).isEqualTo(Layout.LVM_THIN);
    assertThat(state.size().bytes()).isEqualTo(600L << 20);
    Disk.run(
        List.of(
            "dd", "if=/dev/zero", "of=" + web.resolve("much"), "bs=1M", "count=32", "conv=fsync"));
    assertThat(pool.state().used().bytes()).isGreaterThan(state.used().bytes() + (30L << 20));
    var used = lvm.pool().data();
    var careful = ground.open(new Fullness(used - 1, 100), PROCESSES);
    assertProblem(
        ProblemCode.NO_SPACE,
        "of the data of the thin pool berth-it/thin",
        () -> careful.create(COPY, IMAGE, tree -> {}, new FakeJob()));
    assertThat(careful.volumes()).containsExactly(WEB);
  }

  private static ImageRecord fill(Path tree) throws IOException {
    for (var folder : List.of("bin", "usr", "etc", "tmp", "root", "proc", "sys", "dev", "run")) {
      Files.createDirectories(tree.resolve(folder));
    }
    Files.copy(Path.of("/opt/tests/busybox"), tree.resolve("bin/busybox"));
    for (var applet : List.of("sh", "sleep")) {
      Files.createSymbolicLink(tree.resolve("bin").resolve(applet), Path.of("busybox"));
    }
    Files.writeString(tree.resolve("etc/os-release"), "ID=counting\nPRETTY_NAME=Counting\n");
    Files.createFile(tree.resolve("counter"));
    var count = Files.writeString(tree.resolve("count"), COUNTING);
    Files.setPosixFilePermissions(count, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new ImageRecord(Instant.now(), Optional.of("Counting"), "a test", Optional.empty());
  }

  private static Path create(ContainerName container) throws IOException {
    return pool.storage().create(container, IMAGE, tree -> {}, new FakeJob());
  }

  private static Path restore(StorageBackend.Change finish) throws IOException {
    return pool.storage()
        .restore(WEB, ONE, Optional.empty(), (tree, _) -> finish.to(tree), () -> {}, new FakeJob());
  }

  private static Object limit(ContainerName container, ByteSize size) throws IOException {
    pool.storage().limit(container, Optional.of(size));
    return size;
  }

  private static Object delete(ContainerName container) throws IOException {
    pool.storage().delete(container);
    return container;
  }

  private static void start(ContainerName container) throws IOException {
    Files.createDirectories(SETTINGS);
    var exec = "[Exec]\nBoot=no\nParameters=/count\n[Network]\nVirtualEthernet=no\n";
    Files.writeString(SETTINGS.resolve(container + ".nspawn"), exec);
    assertThat(systemd.start(UnitName.of(container), LIMIT)).isEqualTo(JobResult.DONE);
  }

  private static long counter(ContainerName container) {
    try {
      var text = Files.readString(MACHINES.resolve(container.value()).resolve("counter"));
      return Long.parseLong("0" + text.strip());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String uuid(ContainerName container) {
    var device = lvm.device(VolumeNames.of(container)).toString();
    return PROCESSES.run("blkid", "--probe", "--output=value", "--match-tag=UUID", device).stdout();
  }

  private void assertNothingLeft() throws IOException {
    assertThat(units.all()).isEmpty();
    assertThat(lvm.volumes()).hasSize(1);
    assertThat(MACHINES.toFile().list((_, name) -> name.matches("lvm-.*|\\.#berth.*"))).isEmpty();
    var links = UNITS.resolve("machines.target.wants").toFile();
    assertThat(links.list((_, name) -> name.contains("lvm"))).isEmpty();
  }

  private static void assertProblem(ProblemCode code, String says, Callable<?> call) {
    assertThatThrownBy(call::call)
        .isInstanceOf(BerthException.class)
        .satisfies(e -> {
          assertThat(BerthException.problemOf(e).code()).isEqualTo(code);
          assertThat(BerthException.problemOf(e).message()).contains(says);
        });
  }
}

package berth.agent.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.Eventually;
import berth.agent.dispatch.FakeJob;
import berth.agent.linux.Reactor;
import berth.agent.process.HostProcesses;
import berth.agent.report.FakeReporter;
import berth.agent.storage.ImageRecord;
import berth.agent.storage.Pools;
import berth.agent.storage.StorageBackend;
import berth.agent.storage.Tools;
import berth.agent.systemd.Machines;
import berth.agent.systemd.SystemBus;
import berth.agent.systemd.Systemd;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.command.ContainerCommand;
import berth.protocol.command.ContainerCommand.AdoptContainer;
import berth.protocol.command.ContainerCommand.CreateContainer;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.ContainerCommand.RestartContainer;
import berth.protocol.command.ContainerCommand.SetContainer;
import berth.protocol.command.ContainerCommand.StartContainer;
import berth.protocol.command.WaitFor;
import berth.protocol.event.Event.ContainerDrifted;
import berth.protocol.reply.Result.ContainerResult;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.PrivateUsers;
import berth.protocol.spec.SpecPatch;
import berth.protocol.state.ContainerState;
import berth.protocol.state.ContainerState.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a specification makes of a container, on a real systemd. */
@Tag("host")
@Timeout(180)
class SpecIT {
  private static final Path MACHINES = Path.of("/var/lib/machines");
  private static final Path SERVED = Path.of("/srv/berth-it");
  private static final ImageName IMAGE = new ImageName("berth-it-spec");
  private static final ContainerName SHOP = new ContainerName("berth-it-shop");
  private static final String UNIT = "systemd-nspawn@" + SHOP + ".service";
  private static final Path SETTINGS = Path.of("/etc/systemd/nspawn/" + SHOP + ".nspawn");
  private static final Path DROP_IN =
      Path.of("/etc/systemd/system/" + UNIT + ".d").resolve("50-berth.conf");

  private static final String PROGRAM =
      "{\"start\":{\"kind\":\"program\",\"argv\":[\"/bin/sleep\",\"1000\"]},%s}";

  private static final FakeReporter REPORTER = new FakeReporter();
  private static final HostProcesses PROCESSES = new HostProcesses();
  private static Reactor reactor;
  private static SystemBus bus;
  private static StorageBackend storage;
  private static ContainerFeature feature;

  @BeforeAll
  static void makeImage() throws Exception {
    reactor = Reactor.start();
    bus = new SystemBus(reactor);
    var pools = Pools.open(Map.of(Pools.DEFAULT, MACHINES), new Tools(PROCESSES));
    storage = pools.find(Optional.empty()).storage();
    var machine = System.getProperty("berth.test.machine", "guest");
    storage.make(
        IMAGE,
        tree -> {
          PROCESSES.run("cp", "-a", MACHINES.resolve(machine) + "/.", tree.toString());
          return new ImageRecord(Instant.now(), Optional.of("Test"), "a test", Optional.empty());
        },
        new FakeJob());
    Files.createDirectories(SERVED);
    Files.writeString(SERVED.resolve("hello"), "from the host\n");
    feature =
        new ContainerFeature(
            pools,
            reactor,
            bus,
            new Systemd(bus),
            new Machines(bus),
            PROCESSES,
            RealContainers.NOWHERE,
            REPORTER);
  }

  @AfterAll
  static void removeImage() throws Exception {
    feature.close();
    storage.delete(IMAGE);
    Files.delete(SERVED.resolve("hello"));
    Files.delete(SERVED);
    bus.close();
    reactor.close();
  }

  @AfterEach
  void removeWhatIsLeft() {
    var left = feature.picture().look(SHOP);
    if (left.isPresent() && left.get().managed()) {
      perform(new SetContainer(SHOP, patch("{\"protected\":false}"), true));
    }
    perform(new RemoveContainer(SHOP, true));
    REPORTER.events.clear();
  }

  @Test
  void whatIsAskedForIsThereInside() throws Exception {
    var state =
        create(
            """
            {"description":"The shop","hostname":"shop.example","environment":{"COLOUR":"deep red"},
             "binds":[{"source":"/srv/berth-it","target":"/mnt/served","readOnly":true}],
             "tmpfs":[{"path":"/mnt/quick","size":"16MiB"}],
             "capabilities":{"add":["CAP_NET_ADMIN"],"drop":["CAP_SYS_BOOT"]},
             "network":{"kind":"veth","ports":["18080:80"]},"stopTimeout":"30s","autostart":true}
            """);
    assertThat(state.status()).isEqualTo(Status.READY);
    assertThat(state.warnings()).isEmpty();
    assertThat(state.drift()).isEmpty();
    assertThat(inside(state, "hostname")).isEqualTo("shop.example\n");
    assertThat(inside(state, "cat", "/proc/1/environ")).contains("COLOUR=deep red\0");
    assertThat(inside(state, "cat", "/mnt/served/hello")).isEqualTo("from the host\n");
    assertThat(inside(state, "findmnt", "-no", "FSTYPE,OPTIONS", "/mnt/quick"))
        .contains("tmpfs", "size=16384k");
    assertThat(inside(state, "findmnt", "-no", "OPTIONS", "/mnt/served")).startsWith("ro");
    assertThat(Files.readString(SETTINGS)).contains("Port=tcp:18080:80", "DropCapability=");
    assertThat(systemctl("show", "-P", "Description", UNIT)).isEqualTo("The shop\n");
    assertThat(systemctl("show", "-P", "TimeoutStopUSec", UNIT)).isEqualTo("30s\n");
    assertThat(systemctl("is-enabled", UNIT, "machines.target")).isEqualTo("enabled\nenabled\n");
    perform(new RemoveContainer(SHOP, true));
    assertNothingIsLeft();
  }

  @Test
  void aReadOnlyRootWithoutUsersOfItsOwnIsSo() throws Exception {
    var state =
        create(
            "{\"readOnly\":true,\"privateUsers\":\"no\",\"network\":{\"kind\":\"none\"}}",
            WaitFor.STARTED);
    assertThat(state.warnings()).isEmpty();
    assertThat(inside(state, "findmnt", "-no", "OPTIONS", "/")).startsWith("ro");
    assertThat(Files.readString(Path.of("/proc/" + state.leader().orElseThrow() + "/uid_map")))
        .matches("\\s+0\\s+0\\s+4294967295\\s+");
  }

  @Test
  void limitsChangeAtOnceAndHoldAfterARestartAndWhatDoesNotIsTold() {
    create("{}");
    var state =
        set("{\"limits\":{\"memory\":\"256MiB\",\"cpus\":0.5,\"cpuWeight\":50,\"tasks\":400}}");
    assertThat(state.limits().memoryMax()).contains(ByteSize.parse("256M"));
    assertThat(state.limits().cpus()).contains(0.5);
    assertThat(state.limits().tasksMax()).contains(400L);
    assertThat(DROP_IN).content().contains("MemoryMax=256M", "CPUQuota=50%", "TasksMax=400");
    assertThat(Path.of("/run/systemd/system.control/" + UNIT + ".d")).isEmptyDirectory();
    assertThat(state.warnings()).allMatch(warning -> warning.startsWith("limits."));
    if (!counts(state, "memory.max", "memory")) {
      assertThat(state.warnings())
          .contains(
              "limits.memory does not hold: this host's kernel does not count it for containers");
    }
    assertThat(systemctl("show", "-P", "NeedDaemonReload", UNIT)).isEqualTo("no\n");
    var again = state(new RestartContainer(SHOP, WaitFor.READY));
    assertThat(again.limits()).isEqualTo(state.limits());

    var without = set("{\"limits\":null}");
    assertThat(without.limits().memoryMax()).isEmpty();
    assertThat(without.limits().cpus()).isEmpty();
    assertThat(without.warnings()).isEmpty();
    assertThat(DROP_IN.getParent()).doesNotExist();
  }

  @Test
  void whatNspawnReadsAtItsStartWaitsForIt() {
    create("{}");
    var waiting = set("{\"hostname\":\"other\",\"labels\":{\"tier\":\"web\"}}");
    assertThat(waiting.warnings()).containsExactly("hostname waits for a restart");
    var more = set("{\"privateUsers\":\"no\"}");
    assertThat(more.warnings())
        .containsExactly("hostname waits for a restart", "privateUsers waits for a restart");
    var started = state(new RestartContainer(SHOP, WaitFor.READY));
    assertThat(started.warnings()).isEmpty();
    assertThat(inside(started, "hostname")).isEqualTo("other\n");
    assertThat(started.spec().orElseThrow().labels()).isEqualTo(Map.of("tier", "web"));
  }

  @Test
  void anEditByHandIsToldAndNotOverwrittenUnasked() throws Exception {
    make("{\"hostname\":\"shop\"}");
    REPORTER.events.clear();
    Files.writeString(
        SETTINGS, Files.readString(SETTINGS).replace("Hostname=shop", "Hostname=mine"));
    Eventually.holds(
        "the drift is told",
        () -> REPORTER.events.stream().anyMatch(event -> event instanceof ContainerDrifted));
    assertThat(feature.picture().look(SHOP).orElseThrow().drift())
        .containsExactly(new ContainerState.Drift(SETTINGS.toString(), List.of("Exec.Hostname")));
    assertThatThrownBy(() -> set("{\"labels\":{\"a\":\"b\"}}"))
        .satisfies(e -> {
          var problem = BerthException.problemOf(e);
          assertThat(problem.code()).isEqualTo(ProblemCode.CONFLICT);
          assertThat(problem.message()).contains(SETTINGS.toString(), "Exec.Hostname");
        });
    assertThat(SETTINGS).content().contains("Hostname=mine");

    var adopted = state(new AdoptContainer(SHOP));
    assertThat(adopted.drift()).isEmpty();
    assertThat(adopted.spec().orElseThrow().hostname()).contains("mine");
    Files.writeString(SETTINGS, Files.readString(SETTINGS).replace("Hostname=mine", ""));
    var forced = new SetContainer(SHOP, patch("{\"hostname\":\"forced\"}"), true);
    assertThat(state(forced).drift()).isEmpty();
    assertThat(SETTINGS).content().contains("Hostname=forced");
  }

  @Test
  void aMachineMadeByHandIsAdoptedWhileItRuns() throws Exception {
    PROCESSES.run("machinectl", "clone", ".image." + IMAGE, SHOP.value());
    var byHand = "# mine\n[Exec]\nBoot=yes\nPrivateUsers=no\nNotifyReady=no\n";
    Files.createDirectories(SETTINGS.getParent());
    Files.writeString(SETTINGS, byHand);
    Files.createDirectories(DROP_IN.getParent());
    Files.writeString(DROP_IN.resolveSibling("mine.conf"), "[Service]\nTasksMax=777\n");
    PROCESSES.run("systemctl", "daemon-reload");
    PROCESSES.run("machinectl", "start", SHOP.value());
    var before = feature.picture().look(SHOP).orElseThrow();
    assertThat(before.managed()).isFalse();

    var adopted = state(new AdoptContainer(SHOP));
    assertThat(adopted.managed()).isTrue();
    assertThat(adopted.leader()).isEqualTo(before.leader()).isPresent();
    var spec = adopted.spec().orElseThrow();
    assertThat(spec.privateUsers()).isEqualTo(PrivateUsers.NO);
    assertThat(spec.limits().tasks()).contains(777L);
    assertThat(SETTINGS).content().endsWith(byHand);
    assertThat(state(new AdoptContainer(SHOP)).spec()).isEqualTo(adopted.spec());
    set("{\"description\":\"ours now\"}");
    assertThat(SETTINGS).content().contains("NotifyReady=no", "PrivateUsers=no");
    assertThat(feature.picture().look(SHOP).orElseThrow().leader()).isEqualTo(before.leader());
    perform(new RemoveContainer(SHOP, true));
    assertNothingIsLeft();
  }

  @Test
  void whatNspawnDoesNotUnderstandIsTold() throws Exception {
    PROCESSES.run("machinectl", "clone", ".image." + IMAGE, SHOP.value());
    Files.createDirectories(SETTINGS.getParent());
    Files.writeString(SETTINGS, "[Exec]\nBoot=yes\nColour=blue\n");
    perform(new AdoptContainer(SHOP));
    var state = state(new StartContainer(SHOP, WaitFor.READY));
    if (systemctl("--version").startsWith("systemd 252 ")) {
      // It says so, too, but in the same way as it hands on what the container prints.
      assertThat(state.warnings()).isEmpty();
    } else {
      assertThat(state.warnings())
          .anySatisfy(line -> assertThat(line).startsWith("nspawn says: ").contains("Colour"));
    }
    Files.writeString(SETTINGS, Files.readString(SETTINGS).replace("Colour=blue\n", ""));
    perform(new AdoptContainer(SHOP));
    assertThat(state(new RestartContainer(SHOP, WaitFor.READY)).warnings()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void eachKindOfNetworkIsWhatItSays(String network, String link) throws Exception {
    PROCESSES.run("ip", "link", "add", "berthit0", "type", "bridge");
    try {
      var state = create(PROGRAM.formatted("\"network\":" + network), WaitFor.STARTED);
      assertThat(state.warnings()).isEmpty();
      assertThat(inside(state, "ip", "-d", "-o", "link")).contains(link);
      if (network.contains("berthit0")) {
        assertThat(PROCESSES.run("ip", "-o", "link", "show", "master", "berthit0").stdout())
            .isNotBlank();
      }
    } finally {
      perform(new RemoveContainer(SHOP, true));
      PROCESSES.run("ip", "link", "del", "berthit0");
    }
  }

  /** A macvlan wants a /sys of the host's own network namespace, which hosts in containers lack. */
  static Stream<Arguments> networks() {
    return Stream.of(
        Arguments.of("{\"kind\":\"bridge\",\"name\":\"berthit0\"}", "host0"),
        Arguments.of("{\"kind\":\"zone\",\"name\":\"berthit\"}", "host0"),
        Arguments.of("{\"kind\":\"host\"}", "berthit0"));
  }

  @Test
  void anEphemeralOneLeavesNothingOfItsRunBehind() {
    var state = create(PROGRAM.formatted("\"ephemeral\":true"), WaitFor.STARTED);
    assertThat(state.warnings()).isEmpty();
    inside(state, "touch", "/root/of-this-run");
    assertThat(MACHINES.resolve(SHOP.value()).resolve("root/of-this-run")).doesNotExist();
  }

  @Test
  void aDeviceIsThereAndMayBeUsed() {
    var state =
        create(
            PROGRAM.formatted("\"devices\":[{\"path\":\"/dev/loop-control\"}]"), WaitFor.STARTED);
    assertThat(state.warnings()).isEmpty();
    assertThat(inside(state, "stat", "-c", "%F", "/dev/loop-control"))
        .isEqualTo("character special file\n");
  }

  @Test
  void aProtectedOneIsNotRemovedAlsoByForce() {
    make("{\"protected\":true}");
    assertThatThrownBy(() -> perform(new RemoveContainer(SHOP, true)))
        .satisfies(e -> {
          var problem = BerthException.problemOf(e);
          assertThat(problem.code()).isEqualTo(ProblemCode.CONFLICT);
          assertThat(problem.remedy().orElseThrow()).contains("protected=false");
        });
    assertThat(feature.picture().look(SHOP)).isPresent();
  }

  @Test
  void oneProgramRunsInsteadOfAnInit() {
    var state =
        create(
            "{\"start\":{\"kind\":\"program\",\"argv\":[\"/bin/sleep\",\"1000\"]}}",
            WaitFor.STARTED);
    assertThat(state.status()).isEqualTo(Status.RUNNING);
    assertThat(state.warnings()).isEmpty();
    assertThat(inside(state, "cat", "/proc/2/cmdline")).startsWith("/bin/sleep\0" + "1000\0");
  }

  private static ContainerState create(String spec) {
    return create(spec, WaitFor.READY);
  }

  private static ContainerState create(String spec, WaitFor until) {
    make(spec);
    return state(new StartContainer(SHOP, until));
  }

  private static void make(String spec) {
    perform(
        new CreateContainer(
            SHOP,
            IMAGE,
            Optional.empty(),
            Optional.empty(),
            Optional.of(Wire.read(spec.getBytes(StandardCharsets.UTF_8), ContainerSpec.class))));
  }

  private static ContainerState set(String change) {
    return state(new SetContainer(SHOP, patch(change), false));
  }

  private static SpecPatch patch(String change) {
    try {
      return SpecPatch.of(Wire.json().readTree(change));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ContainerState state(ContainerCommand command) {
    return ((ContainerResult) feature.containers().perform(command, new FakeJob())).container();
  }

  private static void perform(ContainerCommand command) {
    var _ = feature.containers().perform(command, new FakeJob());
  }

  private static String inside(ContainerState state, String... argv) {
    var leader = state.leader().orElseThrow().toString();
    var enter = Stream.of("nsenter", "-t", leader, "-m", "-u", "-i", "-n", "-p");
    return PROCESSES.run(Stream.concat(enter, Stream.of(argv)).toArray(String[]::new)).stdout();
  }

  private static String systemctl(String... argv) {
    return PROCESSES
        .run(Stream.concat(Stream.of("systemctl"), Stream.of(argv)).toArray(String[]::new))
        .stdout();
  }

  private static boolean counts(ContainerState state, String file, String old) {
    var group = systemctl("show", "-P", "ControlGroup", state.unit()).strip();
    return Files.exists(Path.of("/sys/fs/cgroup" + group, file))
        || Files.exists(Path.of("/sys/fs/cgroup/" + old + group));
  }

  private static void assertNothingIsLeft() throws IOException {
    var folders =
        List.of(
            MACHINES,
            SETTINGS.getParent(),
            Path.of("/etc/systemd/system"),
            Path.of("/etc/systemd/system/machines.target.wants"),
            Path.of("/etc/systemd/system.control"),
            Path.of("/run/systemd/system.control"));
    for (var folder : folders) {
      if (Files.isDirectory(folder)) {
        try (var entries = Files.list(folder)) {
          assertThat(entries.map(Path::toString)).noneMatch(name -> name.contains(SHOP.value()));
        }
      }
    }
  }
}

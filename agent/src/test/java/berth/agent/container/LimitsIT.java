package berth.agent.container;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.Eventually;
import berth.agent.process.HostCommand;
import berth.agent.process.ProcessResult;
import berth.agent.systemd.Cgroup;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.Wire;
import berth.protocol.command.ContainerCommand.CreateContainer;
import berth.protocol.command.ContainerCommand.PauseContainer;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.ContainerCommand.ResumeContainer;
import berth.protocol.command.ContainerCommand.SetContainer;
import berth.protocol.command.WaitFor;
import berth.protocol.event.Event.ContainerLimitReached;
import berth.protocol.event.Event.ContainerOutOfMemory;
import berth.protocol.event.ReachedLimit;
import berth.protocol.spec.SpecPatch;
import berth.protocol.state.ContainerState;
import berth.protocol.state.ContainerState.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the kernel holds a container to, and its freezer. It takes a host with control groups of
 * version 2 and nothing beside them; the figures that were seen are printed.
 */
@Tag("kernel")
@Timeout(240)
class LimitsIT {
  private static final ImageName IMAGE = new ImageName("berth-it-counting");
  private static final ContainerName WEB = new ContainerName("berth-it-limits");
  private static final Path VOLUME = RealContainers.MACHINES.resolve(WEB.value());

  /**
   * Counts, by what the shell has of its own: it goes on where no process can be started. It ends
   * when nspawn asks it to; an init that does not is only killed minutes later.
   */
  private static final String INIT =
      """
      #!/bin/bash
      trap exit TERM RTMIN+3
      exec 9<>/pipe
      for ((n = 1; ; n++)); do
        echo $n >/counter
        read -r -t 0.05 -u 9
      done
      """;

  private static RealContainers host;

  @BeforeAll
  static void start() throws Exception {
    assertThat(Cgroup.unifiedAlone()).as("control groups of version 2 alone").isTrue();
    host = new RealContainers();
    host.image(
        IMAGE,
        tree -> {
          var init = tree.resolve("usr/lib/systemd/systemd");
          Files.delete(init);
          Files.writeString(init, INIT);
          Files.setPosixFilePermissions(init, PosixFilePermissions.fromString("rwxr-xr-x"));
          host.processes.run("mkfifo", tree.resolve("pipe").toString());
          Files.createFile(tree.resolve("counter"));
        });
    host.perform(new CreateContainer(WEB, IMAGE, Optional.empty(), Optional.of(WaitFor.STARTED)));
  }

  @AfterAll
  static void end() throws Exception {
    host.perform(new RemoveContainer(WEB, true));
    host.storage.delete(IMAGE);
    host.close();
  }

  @BeforeEach
  void forget() {
    host.reporter.events.clear();
  }

  @AfterEach
  void stillRuns() {
    set("{\"limits\":null}");
    assertThat(host.look(WEB).status()).isEqualTo(Status.RUNNING);
  }

  @Test
  void limitsThatAreSetWhileItRunsAreTheKernelsAtOnce() {
    var state =
        set(
            """
            {"limits":{"memory":"64MiB","memoryHigh":"48MiB","swap":"16MiB","tasks":50,
            "cpus":0.5,"cpuWeight":30}}
            """);
    assertThat(state.warnings()).isEmpty();
    assertThat(read("memory.max")).isEqualTo("67108864");
    assertThat(read("memory.high")).isEqualTo("50331648");
    assertThat(read("memory.swap.max")).isEqualTo("16777216");
    assertThat(read("pids.max")).isEqualTo("50");
    assertThat(read("cpu.max")).isEqualTo("50000 100000");
    assertThat(read("cpu.weight")).isEqualTo("30");
    assertThat(set("{\"limits\":null}").warnings()).isEmpty();
    assertThat(read("memory.max")).isEqualTo("max");
    assertThat(read("cpu.max")).isEqualTo("max 100000");
  }

  @Test
  void whatTheKernelHasNotGotIsToldByName() {
    var state = set("{\"limits\":{\"ioWeight\":50}}");
    if (Files.exists(group().resolve("io.weight"))) {
      assertThat(state.warnings()).isEmpty();
    } else {
      assertThat(state.warnings()).singleElement().asString().startsWith("limits.ioWeight");
    }
  }

  @Test
  void aProgramPastTheMemoryLimitIsKilledAndTheContainerGoesOn() {
    set("{\"limits\":{\"memory\":\"64MiB\"}}");
    var leader = host.look(WEB).leader();
    var ran = inside("head -c 100m /dev/zero | tail -n 1 | wc -c");
    Eventually.holds("the killing is told", () -> told(ContainerOutOfMemory.class).size() == 1);
    Eventually.holds("the limit is told", () -> !reached(ReachedLimit.MEMORY).isEmpty());
    assertThat(text(ran)).isNotEqualTo("104857600");
    assertThat(host.look(WEB).leader()).isEqualTo(leader);
    assertThat(counts("memory.events", "oom_kill")).isPositive();
    figures("memory 64 MiB", "memory.peak", "memory.events");
  }

  @Test
  void whatIsAboveTheHighMarkIsGivenBackAndToldOnceAMinute() {
    set("{\"limits\":{\"memoryHigh\":\"16MiB\"}}");
    var ran = inside("cat /usr/lib/*-linux-gnu/*.so* >/dev/null");
    assertThat(ran.exitCode()).isZero();
    Eventually.holds("it is told", () -> !reached(ReachedLimit.MEMORY_HIGH).isEmpty());
    assertThat(reached(ReachedLimit.MEMORY_HIGH)).hasSize(1);
    assertThat(counts("memory.events", "high")).isGreaterThan(1);
    assertThat(told(ContainerOutOfMemory.class)).isEmpty();
    figures("memoryHigh 16 MiB", "memory.current", "memory.events");
  }

  @Test
  void swapIsUsedAsFarAsItIsAllowed() throws IOException {
    host.processes.run("modprobe", "zram");
    Files.writeString(Path.of("/sys/block/zram0/disksize"), "256M");
    host.processes.run("mkswap", "/dev/zram0");
    host.processes.run("swapon", "/dev/zram0");
    try {
      set("{\"limits\":{\"memory\":\"24MiB\",\"swap\":\"64MiB\"}}");
      assertThat(text(inside("head -c 40m /dev/zero | tail -n 1 | wc -c"))).isEqualTo("41943040");
      assertThat(told(ContainerOutOfMemory.class)).isEmpty();
      figures("memory 24 MiB, swap 64 MiB", "memory.swap.max", "memory.events");
      set("{\"limits\":{\"memory\":\"24MiB\",\"swap\":\"0\"}}");
      assertThat(text(inside("head -c 40m /dev/zero | tail -n 1 | wc -c")))
          .isNotEqualTo("41943040");
      Eventually.holds("it is told", () -> !told(ContainerOutOfMemory.class).isEmpty());
      figures("memory 24 MiB, swap 0", "memory.swap.max", "memory.events");
    } finally {
      host.processes.run("swapoff", "/dev/zram0");
    }
  }

  @Test
  void noMoreTasksThanAllowedAreStartedAndTheLimitIsTold() {
    set("{\"limits\":{\"tasks\":20}}");
    var ran = inside("for i in $(seq 40); do sleep 15 >/dev/null 2>&1 & done");
    assertThat(ran.exitCode()).as("the shell could not fork").isNotZero();
    assertThat(Long.parseLong(read("pids.current"))).isBetween(10L, 20L);
    Eventually.holds("the limit is told", () -> !reached(ReachedLimit.TASKS).isEmpty());
    figures("tasks 20", "pids.current", "payload/pids.events");
    Eventually.holds("they end", () -> Long.parseLong(read("pids.current")) < 10);
  }

  @Test
  void itGetsNoMoreOfTheProcessorThanItsQuota() {
    set("{\"limits\":{\"cpus\":0.2}}");
    var began = System.nanoTime();
    var before = counts("cpu.stat", "usage_usec");
    inside("timeout 3 sh -c 'while :; do :; done'");
    var used = (counts("cpu.stat", "usage_usec") - before) / 1e6;
    var took = (System.nanoTime() - began) / 1e9;
    System.out.printf("cpus 0.2: %.2f s of processor in %.2f s%n", used, took);
    assertThat(used / took).isLessThan(0.3);
    assertThat(counts("cpu.stat", "nr_throttled")).isPositive();
  }

  @Test
  void itsShareOfABusyProcessorFollowsItsWeight() {
    set("{\"limits\":{\"cpuWeight\":20}}");
    var rival = "berth-it-rival.service";
    host.processes.run(
        "systemd-run",
        "--quiet",
        "--unit=" + rival,
        "--slice=machine.slice",
        "--property=CPUWeight=200",
        "sh",
        "-c",
        "while :; do :; done");
    var other = new Cgroup(group().resolveSibling(rival));
    var its = -other.numbers("cpu.stat").get("usage_usec");
    var mine = -counts("cpu.stat", "usage_usec");
    inside("timeout 4 sh -c 'while :; do :; done'");
    its += other.numbers("cpu.stat").get("usage_usec");
    mine += counts("cpu.stat", "usage_usec");
    host.processes.run("systemctl", "stop", rival);
    System.out.printf("cpuWeight 20 beside 200: %.2f s and %.2f s%n", mine / 1e6, its / 1e6);
    assertThat(its).isGreaterThan(mine * 2);
  }

  @Test
  void itWritesNoFasterThanAllowed() {
    var disk = text(host.processes.run("findmnt", "-no", "SOURCE", "/")).replaceFirst("\\[.*", "");
    var device = disk.equals("/dev/root") ? "/dev/ubda" : disk;
    set("{\"limits\":{\"ioWrite\":[{\"path\":\"%s\",\"perSecond\":\"2MiB\"}]}}".formatted(device));
    assertThat(read("io.max")).contains("wbps=2097152");
    var began = System.nanoTime();
    inside("dd if=/dev/zero of=/big bs=1M count=8 oflag=direct 2>/dev/null; rm /big");
    var took = Duration.ofNanos(System.nanoTime() - began);
    System.out.printf("ioWrite 2 MiB/s: 8 MiB in %d ms%n", took.toMillis());
    assertThat(took).isGreaterThan(Duration.ofSeconds(3));
  }

  @Test
  void aPausedContainerStandsStillAndGoesOnWhereItWas() {
    var leader = host.look(WEB).leader();
    assertThat(host.state(new PauseContainer(WEB)).status()).isEqualTo(Status.PAUSED);
    assertThat(counts("cgroup.events", "frozen")).isEqualTo(1);
    var stood = counter();
    // That nothing happens can't be waited for; at this pace it would count to twenty.
    LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
    assertThat(counter()).isEqualTo(stood);
    assertThat(host.state(new ResumeContainer(WEB)).status()).isEqualTo(Status.RUNNING);
    assertThat(counts("cgroup.events", "frozen")).isZero();
    Eventually.holds("it counts on", () -> counter() > stood);
    assertThat(host.look(WEB).leader()).isEqualTo(leader);
    System.out.println("paused: the counter stood at " + stood + " for a second");
  }

  private static ContainerState set(String patch) {
    try {
      return host.state(new SetContainer(WEB, SpecPatch.of(Wire.json().readTree(patch)), false));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a shell line in the container, as one of its processes and in its control group. */
  private static ProcessResult inside(String line) {
    var leader = Long.toString(host.look(WEB).leader().orElseThrow());
    var enter =
        "echo 0 >\"$1/payload/cgroup.procs\" && exec nsenter -t \"$2\" -U -m -u -i -n -p sh -c"
            + " \"$3\"";
    return host.processes.attempt(
        HostCommand.of("sh", "-c", enter, "enter", group().toString(), leader, line)
            .within(Duration.ofMinutes(1)));
  }

  private static Path group() {
    return Path.of("/sys/fs/cgroup/machine.slice/systemd-nspawn@" + WEB + ".service");
  }

  private static String read(String file) {
    try {
      return Files.readString(group().resolve(file)).strip();
    } catch (IOException e) {
      throw new AssertionError(file, e);
    }
  }

  private static long counts(String file, String name) {
    return new Cgroup(group()).numbers(file).get(name);
  }

  private static long counter() {
    try {
      return Long.parseLong("0" + Files.readString(VOLUME.resolve("counter")).strip());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String text(ProcessResult ran) {
    return ran.stdout().strip();
  }

  private static <T> List<T> told(Class<T> kind) {
    return host.reporter.events.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private static List<ContainerLimitReached> reached(ReachedLimit limit) {
    return told(ContainerLimitReached.class).stream().filter(e -> e.limit() == limit).toList();
  }

  private static void figures(String what, String... files) {
    var said = new ArrayList<String>();
    for (var file : files) {
      said.add(file + ": " + read(file).replace("\n", ", "));
    }
    System.out.println(what + "; " + String.join("; ", said));
    said.clear();
    told(ContainerLimitReached.class)
        .forEach(event -> said.add(event.limit() + " " + event.times() + " times"));
    System.out.println("  told: " + said + ", killed " + told(ContainerOutOfMemory.class).size());
  }
}

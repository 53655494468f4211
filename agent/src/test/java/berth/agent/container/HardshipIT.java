package berth.agent.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.Eventually;
import berth.agent.dispatch.FakeJob;
import berth.agent.process.HostCommand;
import berth.agent.storage.ImageRecord;
import berth.agent.systemd.UnitName;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.command.ContainerCommand;
import berth.protocol.command.ContainerCommand.CreateContainer;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.ContainerCommand.StartContainer;
import berth.protocol.command.ContainerCommand.StopContainer;
import berth.protocol.command.WaitFor;
import berth.protocol.event.Event.ContainerFailed;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.SpecPatch;
import berth.protocol.state.ContainerState.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Containers that crash, that cannot start, and that people work on at the same time. */
@Tag("host")
@Timeout(120)
class HardshipIT {
  private static final ImageName IMAGE = new ImageName("berth-it-bare");
  private static final ContainerName WEB = new ContainerName("berth-it-hard");
  private static final Path BUSYBOX = Path.of("/opt/tests/busybox");

  private static RealContainers host;

  @BeforeAll
  static void makeImage() throws IOException {
    host = new RealContainers();
    image(IMAGE, tree -> {});
  }

  @AfterAll
  static void removeImage() throws IOException {
    host.storage.delete(IMAGE);
    host.close();
  }

  @AfterEach
  void removeWhatIsLeft() {
    if (host.feature.picture().look(WEB).isPresent()) {
      host.perform(new StopContainer(WEB, Optional.of(Duration.ofSeconds(1))));
    }
    host.perform(new RemoveContainer(WEB, true));
    host.reporter.events.clear();
  }

  @Test
  void aCrashLoopEndsAsFailedWithItsReasonAndIsNotTellingWithoutEnd() throws IOException {
    host.perform(create("exit 3", Optional.of("on-failure")));
    assertThatThrownBy(() -> host.perform(new StartContainer(WEB, WaitFor.READY)))
        .isInstanceOf(BerthException.class);
    var unit = UnitName.of(WEB).value();
    Eventually.holds(
        "systemd gives up",
        () ->
            host.processes
                    .run("systemctl", "show", "-P", "Result", unit)
                    .lines()
                    .getFirst()
                    .matches("start-limit-hit|exit-code")
                && host.processes
                    .run("systemctl", "show", "-P", "ActiveState", unit)
                    .lines()
                    .getFirst()
                    .equals("failed"));
    Eventually.holds("it is seen", () -> host.look(WEB).status() == Status.FAILED);
    assertThat(host.look(WEB).reason()).hasValueSatisfying(why -> assertThat(why).contains("3"));
    System.out.println("reason: " + host.look(WEB).reason() + " told " + host.told(WEB));
    assertThat(host.told(WEB)).contains(ContainerFailed.class).hasSizeLessThan(40);
  }

  @Test
  void aBrokenImageFailsWithTheReasonAndLeavesNothing() throws IOException {
    broken("no init", tree -> {});
    broken(
        "an init that is not executable",
        tree -> {
          Files.createDirectories(tree.resolve("sbin"));
          Files.writeString(tree.resolve("sbin/init"), "x");
        });
    broken(
        "an init for another machine",
        tree -> {
          Files.createDirectories(tree.resolve("sbin"));
          var elf = new byte[64];
          System.arraycopy(
              new byte[] {
                0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, (byte) 0xb7
              },
              0,
              elf,
              0,
              19);
          Files.write(tree.resolve("sbin/init"), elf);
          Files.setPosixFilePermissions(
              tree.resolve("sbin/init"), PosixFilePermissions.fromString("rwxr-xr-x"));
        });
    broken("no os-release", tree -> Files.delete(tree.resolve("etc/os-release")));
    broken(
        "os-release alone", tree -> host.processes.run("rm", "-r", tree.resolve("bin").toString()));
  }

  private static void broken(String what, Change change) throws IOException {
    var name = new ImageName("berth-it-broken");
    image(name, change);
    try {
      assertThatThrownBy(() ->
              host.perform(
                  new CreateContainer(WEB, name, Optional.empty(), Optional.of(WaitFor.STARTED))))
          .as(what)
          .satisfies(e -> {
            var problem = BerthException.problemOf(e);
            System.out.println(what + ": " + problem);
            assertThat(problem.code()).isEqualTo(ProblemCode.FAILED);
            assertThat(problem.message()).contains("did not start: ");
            assertThat(problem.log()).isNotEmpty();
          });
      assertThat(host.feature.picture().look(WEB)).as(what).isEmpty();
      assertThat(RealContainers.MACHINES.resolve(WEB.value())).doesNotExist();
      assertThat(Path.of("/etc/systemd/nspawn", WEB + ".nspawn")).doesNotExist();
      assertThat(host.processes.run("systemctl", "--failed", "--no-legend").stdout())
          .doesNotContain(WEB.value());
    } finally {
      host.storage.delete(name);
    }
  }

  /** Whatever people do meanwhile, each command ends, as done or with a problem of ours. */
  @Test
  void machinectlByHandAtTheSameTimeLeavesEveryCommandWithAnHonestEnd() throws Exception {
    host.perform(create("exec sleep 1000", Optional.empty()));
    var over = new AtomicBoolean();
    var odd = new ConcurrentLinkedQueue<String>();
    var ended = new AtomicInteger();
    try (var both = Executors.newVirtualThreadPerTaskExecutor()) {
      var ours =
          both.submit(() -> {
            var commands =
                List.of(
                    new StartContainer(WEB, WaitFor.STARTED),
                    new StopContainer(WEB, Optional.of(Duration.ofSeconds(5))));
            for (var i = 0; !over.get(); i++) {
              ending(commands.get(i % commands.size())).ifPresent(odd::add);
              ended.incrementAndGet();
            }
          });
      var hand =
          List.of(
              "machinectl start " + WEB,
              "machinectl poweroff " + WEB,
              "machinectl terminate " + WEB,
              "machinectl kill -s KILL " + WEB,
              "machinectl clone " + WEB + " berth-it-hand",
              "machinectl remove berth-it-hand",
              "machinectl enable " + WEB,
              "machinectl disable " + WEB,
              "machinectl rename " + WEB + " berth-it-moved",
              "machinectl rename berth-it-moved " + WEB,
              "systemctl stop systemd-nspawn@" + WEB,
              "sed -i s/1000/1001/ /etc/systemd/nspawn/" + WEB + ".nspawn");
      var until = Instant.now().plusSeconds(15);
      for (var i = 0; Instant.now().isBefore(until); i++) {
        var argv = hand.get(i % hand.size()).split(" ", -1);
        host.processes.attempt(HostCommand.of(argv).within(Duration.ofSeconds(20)));
      }
      over.set(true);
      ours.get(60, TimeUnit.SECONDS);
    }
    host.processes.attempt(HostCommand.of("machinectl", "rename", "berth-it-moved", WEB.value()));
    host.processes.attempt(HostCommand.of("machinectl", "remove", "berth-it-hand"));
    System.out.println("commands ended: " + ended);
    assertThat(ended.get()).isGreaterThan(5);
    assertThat(odd).isEmpty();
    Eventually.holds("what is shown is what runs", () -> shown().equals(running()));
    host.processes.attempt(HostCommand.of("systemctl", "disable", UnitName.of(WEB).value()));
  }

  /** What a command must not end with. */
  private static Optional<String> ending(ContainerCommand command) {
    try {
      host.perform(command);
      return Optional.empty();
    } catch (BerthException e) {
      return Optional.of(command + ": " + e)
          .filter(_ -> e.problem().code() == ProblemCode.INTERNAL);
    } catch (RuntimeException e) {
      return Optional.of(command + ": " + e);
    }
  }

  private static String shown() {
    return host.feature.picture().containers().stream()
        .filter(c -> c.status().running())
        .map(c -> c.name().value())
        .sorted()
        .collect(Collectors.joining(" "));
  }

  private static String running() {
    return host.processes.run("machinectl", "list", "--no-legend").lines().stream()
        .map(line -> line.strip().split("\\s+", -1)[0])
        .sorted()
        .collect(Collectors.joining(" "));
  }

  private interface Change {
    void to(Path tree) throws IOException;
  }

  private static void image(ImageName name, Change change) throws IOException {
    host.storage.make(
        name,
        tree -> {
          for (var folder : List.of("bin", "usr", "etc", "tmp", "root", "proc", "dev")) {
            Files.createDirectories(tree.resolve(folder));
          }
          Files.copy(BUSYBOX, tree.resolve("bin/busybox"));
          Files.createSymbolicLink(tree.resolve("bin/sh"), Path.of("busybox"));
          Files.createSymbolicLink(tree.resolve("bin/sleep"), Path.of("busybox"));
          Files.writeString(tree.resolve("etc/os-release"), "ID=bare\n");
          change.to(tree);
          return new ImageRecord(Instant.now(), Optional.of("Bare"), "a test", Optional.empty());
        },
        new FakeJob());
  }

  private static ContainerCommand create(String script, Optional<String> restart)
      throws IOException {
    var change = Wire.json().createObjectNode();
    var start = change.putObject("start").put("kind", "program");
    start.putArray("argv").add("/bin/sh").add("-c").add(script);
    restart.ifPresent(policy -> change.put("restart", policy));
    return new CreateContainer(
        WEB,
        IMAGE,
        Optional.empty(),
        Optional.empty(),
        Optional.of(new SpecPatch(change).on(ContainerSpec.DEFAULT)));
  }
}

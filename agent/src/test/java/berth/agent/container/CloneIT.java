package berth.agent.container;

import static berth.agent.container.RealContainers.MACHINES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.dispatch.FakeJob;
import berth.agent.dispatch.Job;
import berth.agent.systemd.UnitName;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import berth.protocol.command.ContainerCommand;
import berth.protocol.command.ContainerCommand.CloneContainer;
import berth.protocol.command.ContainerCommand.CreateContainer;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.ContainerCommand.RenameContainer;
import berth.protocol.command.ContainerCommand.StartContainer;
import berth.protocol.command.ContainerCommand.StopContainer;
import berth.protocol.command.WaitFor;
import berth.protocol.state.ContainerState.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies and other names of containers, on a real systemd. */
@Tag("host")
@Timeout(180)
class CloneIT {
  private static final Path SETTINGS = Path.of("/etc/systemd/nspawn");
  private static final Path UNITS = Path.of("/etc/systemd/system");
  private static final ImageName IMAGE = new ImageName("berth-it-clone");
  private static final ContainerName WEB = new ContainerName("berth-it-source");
  private static final ContainerName OTHER = new ContainerName("berth-it-other");

  private static RealContainers host;

  @BeforeAll
  static void makeImage() throws Exception {
    host = new RealContainers();
    host.image(IMAGE, _ -> {});
  }

  @AfterAll
  static void removeImage() throws Exception {
    host.storage.delete(IMAGE);
    host.close();
  }

  @BeforeEach
  void makeTheSource() {
    host.perform(new CreateContainer(WEB, IMAGE, Optional.empty(), Optional.empty()));
    host.processes.run("systemctl", "set-property", unit(WEB), "TasksMax=512");
  }

  @AfterEach
  void leaveNothing() throws Exception {
    host.perform(new RemoveContainer(WEB, true));
    host.perform(new RemoveContainer(OTHER, true));
    host.reporter.events.clear();
    for (var name : List.of(WEB, OTHER)) {
      assertNothingOf(name);
    }
  }

  @Test
  void aRunningOneIsClonedAndBothLiveApart() throws Exception {
    host.perform(new StartContainer(WEB, WaitFor.READY));
    var keys = Files.createDirectories(tree(WEB).resolve("etc/ssh"));
    Files.writeString(keys.resolve("ssh_host_ed25519_key"), "the source's");
    Files.writeString(tree(WEB).resolve("root/data"), "data");
    var clone = host.state(new CloneContainer(OTHER, WEB));
    assertThat(clone.status()).isEqualTo(Status.STOPPED);
    assertThat(clone.image()).contains(IMAGE);
    assertThat(clone.managed()).isTrue();
    assertThat(clone.limits().tasksMax()).contains(512L);
    assertThat(tree(OTHER).resolve("root/data")).hasContent("data");
    assertThat(tree(OTHER).resolve("etc/hostname")).hasContent(OTHER.value());
    assertThat(tree(OTHER).resolve("var/log/journal")).isEmptyDirectory();
    assertThat(Files.readString(tree(OTHER).resolve("etc/ssh/ssh_host_ed25519_key")))
        .startsWith("-----BEGIN OPENSSH PRIVATE KEY-----");
    host.perform(new StartContainer(OTHER, WaitFor.READY));
    assertThat(machineId(OTHER)).matches("[0-9a-f]{32}\n").isNotEqualTo(machineId(WEB));
    assertThat(host.look(WEB).status()).isEqualTo(Status.READY);
  }

  @Test
  void aCloneThatComesAgainKnowsItsOwnWorkAndAnotherIsRefused() {
    var job = new FakeJob();
    host.perform(new CloneContainer(OTHER, WEB), job);
    assertThat(host.state(new CloneContainer(OTHER, WEB), job).status()).isEqualTo(Status.STOPPED);
    assertProblem(ProblemCode.ALREADY_EXISTS, OTHER, new CloneContainer(OTHER, WEB), new FakeJob());
    assertProblem(
        ProblemCode.NOT_FOUND,
        new ContainerName("berth-it-none"),
        new CloneContainer(OTHER, new ContainerName("berth-it-none")),
        new FakeJob());
  }

  @Test
  void aCloneThatWasCutOffBeforeItsVolumeGoesOn() throws Exception {
    var job = new FakeJob(2);
    new Settings(SETTINGS).copy(WEB, OTHER, job.id());
    assertThat(host.state(new CloneContainer(OTHER, WEB), job).managed()).isTrue();
  }

  @Test
  void aRenamedOneTakesEverythingAlong() throws Exception {
    host.perform(new StartContainer(WEB, WaitFor.READY));
    assertProblem(ProblemCode.CONFLICT, WEB, new RenameContainer(WEB, OTHER), new FakeJob());
    host.perform(new StopContainer(WEB, Optional.empty()));
    host.processes.run("systemctl", "enable", unit(WEB));
    var machineId = machineId(WEB);
    rename(new FakeJob());
    assertThat(machineId(OTHER)).isEqualTo(machineId);
    assertThat(host.processes.run("systemctl", "is-enabled", unit(OTHER)).stdout())
        .isEqualTo("enabled\n");
    assertThat(host.state(new StartContainer(OTHER, WaitFor.READY)).limits().tasksMax())
        .contains(512L);
  }

  @Test
  void aNameThatIsTakenIsNotGiven() throws Exception {
    var settings = Files.writeString(SETTINGS.resolve(OTHER + ".nspawn"), "[Exec]\nBoot=yes\n");
    assertProblem(
        ProblemCode.ALREADY_EXISTS, OTHER, new RenameContainer(WEB, OTHER), new FakeJob());
    assertProblem(ProblemCode.ALREADY_EXISTS, OTHER, new CloneContainer(OTHER, WEB), new FakeJob());
    assertThat(settings).hasContent("[Exec]\nBoot=yes\n");
    Files.delete(settings);
    host.perform(new CreateContainer(OTHER, IMAGE, Optional.empty(), Optional.empty()));
    assertProblem(
        ProblemCode.ALREADY_EXISTS, OTHER, new RenameContainer(WEB, OTHER), new FakeJob());
    assertThat(host.look(WEB).limits().tasksMax()).contains(512L);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void aRenamingThatWasCutOffGoesOnWhereItWas(int steps) throws Exception {
    host.processes.run("systemctl", "enable", unit(WEB));
    new Settings(SETTINGS).move(WEB, OTHER);
    if (steps > 1) {
      var done = new DropIns().move(UnitName.of(WEB), unitName(OTHER));
      assertThat(done).isTrue();
    }
    if (steps > 2) {
      host.processes.run("systemctl", "enable", unit(OTHER));
    }
    if (steps > 3) {
      host.storage.rename(WEB, OTHER);
    }
    rename(new FakeJob(2));
    assertThat(host.look(OTHER).limits().tasksMax()).contains(512L);
    assertThat(host.processes.run("systemctl", "is-enabled", unit(OTHER)).stdout())
        .isEqualTo("enabled\n");
  }

  private static void rename(Job job) throws IOException {
    var renamed = host.state(new RenameContainer(WEB, OTHER), job);
    assertThat(renamed.name()).isEqualTo(OTHER);
    assertThat(renamed.managed()).isTrue();
    assertThat(renamed.image()).contains(IMAGE);
    assertThat(tree(OTHER).resolve("etc/hostname")).hasContent(OTHER.value());
    assertNothingOf(WEB);
  }

  private static void assertNothingOf(ContainerName name) throws IOException {
    for (var folder :
        List.of(
            MACHINES,
            SETTINGS,
            UNITS,
            UNITS.resolve("machines.target.wants"),
            Path.of("/etc/systemd/system.control"))) {
      if (Files.isDirectory(folder)) {
        try (Stream<Path> entries = Files.list(folder)) {
          assertThat(entries.map(Path::toString)).noneMatch(path -> path.contains(name.value()));
        }
      }
    }
  }

  private static void assertProblem(
      ProblemCode code, ContainerName named, ContainerCommand command, Job job) {
    assertThatThrownBy(() -> host.perform(command, job))
        .satisfies(e -> {
          var problem = BerthException.problemOf(e);
          assertThat(problem.code()).as(problem.message()).isEqualTo(code);
          assertThat(problem.message()).contains(named.value());
        });
  }

  private static String machineId(ContainerName name) throws IOException {
    return Files.readString(tree(name).resolve("etc/machine-id"));
  }

  private static Path tree(ContainerName name) {
    return MACHINES.resolve(name.value());
  }

  private static String unit(ContainerName name) {
    return unitName(name).value();
  }

  private static UnitName unitName(ContainerName name) {
    return UnitName.of(name);
  }
}

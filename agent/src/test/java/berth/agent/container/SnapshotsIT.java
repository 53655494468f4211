package berth.agent.container;

import static berth.agent.container.RealContainers.MACHINES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.dispatch.FakeJob;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import berth.protocol.SnapshotName;
import berth.protocol.Wire;
import berth.protocol.command.ContainerCommand;
import berth.protocol.command.ContainerCommand.CloneContainer;
import berth.protocol.command.ContainerCommand.CreateContainer;
import berth.protocol.command.ContainerCommand.CreateSnapshot;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.ContainerCommand.RemoveSnapshot;
import berth.protocol.command.ContainerCommand.RenameContainer;
import berth.protocol.command.ContainerCommand.RestoreSnapshot;
import berth.protocol.command.ContainerCommand.SetContainer;
import berth.protocol.command.ContainerCommand.StartContainer;
import berth.protocol.command.ContainerCommand.StopContainer;
import berth.protocol.command.WaitFor;
import berth.protocol.reply.Result;
import berth.protocol.spec.SpecPatch;
import berth.protocol.state.ContainerState.Status;
import berth.protocol.state.SnapshotState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Snapshots of containers, on a real systemd. */
@Tag("host")
@Timeout(180)
class SnapshotsIT {
  private static final ImageName IMAGE = new ImageName("berth-it-snapshots");
  private static final ContainerName WEB = new ContainerName("berth-it-kept");
  private static final ContainerName WWW = new ContainerName("berth-it-kept2");
  private static final SnapshotName ONE = new SnapshotName("one");
  private static final SnapshotName TWO = new SnapshotName("two");
  private static final Duration DAY = Duration.ofDays(1);

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
  void makeOne() {
    host.perform(new CreateContainer(WEB, IMAGE, Optional.empty(), Optional.empty()));
  }

  @AfterEach
  void leaveNothing() throws Exception {
    for (var name : List.of(WEB, WWW)) {
      for (var snapshot : host.storage.snapshots(name)) {
        host.perform(new RemoveSnapshot(name, snapshot.name(), true));
      }
      host.perform(new RemoveContainer(name, true));
    }
    host.reporter.events.clear();
    assertThat(host.storage.snapshotted()).isEmpty();
  }

  @Test
  void aRunningOneIsKeptAndComesBackAsItselfAfterAStop() throws Exception {
    host.perform(new StartContainer(WEB, WaitFor.READY));
    var id = Files.readString(tree(WEB).resolve("etc/machine-id"));
    Files.writeString(tree(WEB).resolve("root/data"), "first");
    var taken = (Result.SnapshotResult) perform(create(ONE, false, Optional.of(DAY)));
    assertThat(host.look(WEB).status()).isEqualTo(Status.READY);
    assertThat(taken.snapshot().expires()).contains(taken.snapshot().created().plus(DAY));
    assertThat(host.feature.snapshots().of(WEB)).containsExactly(taken.snapshot());
    Files.writeString(tree(WEB).resolve("root/data"), "second");

    assertProblem(ProblemCode.CONFLICT, "is running", new RestoreSnapshot(WEB, ONE));
    host.perform(new StopContainer(WEB, Optional.empty()));
    perform(new RestoreSnapshot(WEB, ONE));
    assertThat(host.look(WEB).status()).isEqualTo(Status.STOPPED);
    assertThat(host.look(WEB).image()).contains(IMAGE);
    assertThat(tree(WEB).resolve("root/data")).hasContent("first");
    assertThat(tree(WEB).resolve("etc/machine-id")).hasContent(id);
    assertThat(host.state(new StartContainer(WEB, WaitFor.READY)).status()).isEqualTo(Status.READY);
    assertThat(names(WEB)).containsExactly(ONE);
  }

  @Test
  void aCommandThatComesAgainKnowsItsOwnWorkAndAnotherIsRefused() throws Exception {
    var job = new FakeJob();
    var create = create(ONE, false, Optional.empty());
    var first = host.feature.containers().perform(create, job);
    assertThat(host.feature.containers().perform(create, job)).isEqualTo(first);
    assertProblem(ProblemCode.ALREADY_EXISTS, "one", create);

    var restore = new FakeJob();
    host.perform(new RestoreSnapshot(WEB, ONE), restore);
    Files.writeString(tree(WEB).resolve("root/data"), "written since");
    host.perform(new RestoreSnapshot(WEB, ONE), restore);
    assertThat(tree(WEB).resolve("root/data")).hasContent("written since");
  }

  @Test
  void snapshotsGoWithTheNameAndARestoredOneKeepsIt() throws Exception {
    perform(create(ONE, false, Optional.empty()));
    host.perform(new RenameContainer(WEB, WWW));
    assertThat(names(WEB)).isEmpty();
    assertThat(names(WWW)).containsExactly(ONE);
    host.perform(new RestoreSnapshot(WWW, ONE));
    assertThat(tree(WWW).resolve("etc/hostname")).hasContent(WWW.value());
  }

  @Test
  void removalTakesThemAlongButNotProtectedOnes() throws Exception {
    perform(create(ONE, true, Optional.empty()));
    perform(create(TWO, false, Optional.empty()));
    assertProblem(
        ProblemCode.CONFLICT, "a protected snapshot: one", new RemoveContainer(WEB, true));
    assertProblem(ProblemCode.CONFLICT, "is protected", new RemoveSnapshot(WEB, ONE, false));
    assertThat(names(WEB)).containsExactly(ONE, TWO);
    perform(new RemoveSnapshot(WEB, ONE, true));
    assertThat(perform(new RemoveContainer(WEB, false)))
        .isEqualTo(new Result.RemovalResult(WEB, 1));
    assertThat(names(WEB)).isEmpty();
    assertThat(perform(new RemoveContainer(WEB, false))).isEqualTo(new Result.Done());
  }

  @Test
  void oneThatWasRemovedByHandComesBackFromItsSnapshot() throws Exception {
    Files.writeString(tree(WEB).resolve("root/data"), "first");
    perform(create(ONE, false, Optional.empty()));
    host.processes.run("machinectl", "remove", WEB.value());
    assertThat(tree(WEB)).doesNotExist();
    perform(new RestoreSnapshot(WEB, ONE));
    assertThat(host.look(WEB).status()).isEqualTo(Status.STOPPED);
    assertThat(tree(WEB).resolve("root/data")).hasContent("first");
    assertThat(host.state(new StartContainer(WEB, WaitFor.READY)).status()).isEqualTo(Status.READY);
  }

  @Test
  void snapshotsOfOneThatIsGoneAreNotTakenOverAndGoByForceAlone() throws Exception {
    perform(create(ONE, false, Optional.empty()));
    host.processes.run("machinectl", "remove", WEB.value());
    var gone = "whose volume is gone";
    assertProblem(
        ProblemCode.CONFLICT,
        gone,
        new CreateContainer(WEB, IMAGE, Optional.empty(), Optional.empty()));
    host.perform(new CreateContainer(WWW, IMAGE, Optional.empty(), Optional.empty()));
    assertProblem(ProblemCode.CONFLICT, gone, new CloneContainer(WEB, WWW));
    assertProblem(ProblemCode.CONFLICT, gone, new RenameContainer(WWW, WEB));
    assertProblem(ProblemCode.CONFLICT, gone, new RemoveContainer(WEB, false));
    assertThat(names(WEB)).containsExactly(ONE);
    assertThat(perform(new RemoveContainer(WEB, true))).isEqualTo(new Result.RemovalResult(WEB, 1));
    assertThat(names(WEB)).isEmpty();
  }

  @Test
  void aRestoredOneHasTheHostNameOfItsSettings() throws Exception {
    perform(create(ONE, false, Optional.empty()));
    var shop = SpecPatch.of(Wire.json().createObjectNode().put("hostname", "shop"));
    host.perform(new SetContainer(WEB, shop, false));
    perform(new RestoreSnapshot(WEB, ONE));
    assertThat(tree(WEB).resolve("etc/hostname")).hasContent("shop");
  }

  @Test
  void whatHasExpiredGoesAndNothingElse() throws Exception {
    perform(create(ONE, false, Optional.of(DAY)));
    perform(create(TWO, false, Optional.empty()));
    host.feature.snapshots().expire(Instant.now());
    assertThat(names(WEB)).containsExactly(ONE, TWO);
    host.feature.snapshots().expire(Instant.now().plus(DAY));
    assertThat(names(WEB)).containsExactly(TWO);
  }

  private static CreateSnapshot create(
      SnapshotName name, boolean guarded, Optional<Duration> expiresAfter) {
    return new CreateSnapshot(WEB, name, Optional.of("a test"), guarded, expiresAfter);
  }

  private static Result perform(ContainerCommand command) {
    return host.feature.containers().perform(command, new FakeJob());
  }

  private static List<SnapshotName> names(ContainerName container) {
    return host.feature.snapshots().of(container).stream().map(SnapshotState::name).toList();
  }

  private static void assertProblem(ProblemCode code, String part, ContainerCommand command) {
    assertThatThrownBy(() -> perform(command))
        .satisfies(e -> {
          var problem = BerthException.problemOf(e);
          assertThat(problem.code()).as(problem.message()).isEqualTo(code);
          assertThat(problem.message()).contains(part);
        });
  }

  private static Path tree(ContainerName name) {
    return MACHINES.resolve(name.value());
  }
}

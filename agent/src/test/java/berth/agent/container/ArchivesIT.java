package berth.agent.container;

import static berth.agent.container.RealContainers.MACHINES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.copy.Archives;
import berth.agent.dispatch.FakeJob;
import berth.agent.process.HostProcesses;
import berth.agent.storage.Tools;
import berth.agent.transfer.TransferServer;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import berth.protocol.Sha256;
import berth.protocol.SnapshotName;
import berth.protocol.Wire;
import berth.protocol.command.ContainerCommand.CreateContainer;
import berth.protocol.command.ContainerCommand.CreateSnapshot;
import berth.protocol.command.ContainerCommand.ImportContainer;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.ContainerCommand.StartContainer;
import berth.protocol.command.ContainerCommand.StopContainer;
import berth.protocol.command.CopyCommand.ExportContainer;
import berth.protocol.command.WaitFor;
import berth.protocol.reply.Result.CopyResult;
import berth.protocol.reply.Result.ImportResult;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.state.ContainerState.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Containers that go away as archives and come back, on a real systemd. */
@Tag("host")
@Timeout(180)
class ArchivesIT {
  private static final ImageName IMAGE = new ImageName("berth-it-archives");
  private static final ContainerName WEB = new ContainerName("berth-it-sent");
  private static final ContainerName WWW = new ContainerName("berth-it-sent2");
  private static final SnapshotName ONE = new SnapshotName("one");
  private static final String SPEC =
      "{\"description\":\"the shop\",\"hostname\":\"shop\",\"labels\":{\"tier\":\"web\"},"
          + "\"limits\":{\"memory\":268435456},\"binds\":[{\"source\":\"/usr/share\","
          + "\"target\":\"/mnt\",\"readOnly\":true}]}";

  private static TransferServer server;
  private static RealContainers host;

  @BeforeAll
  static void makeImage() throws Exception {
    server = new TransferServer();
    host = new RealContainers(new Archives(new Tools(new HostProcesses()), server.address()));
    host.image(IMAGE, _ -> {});
  }

  @AfterAll
  static void removeImage() throws Exception {
    host.storage.delete(IMAGE);
    host.close();
    server.close();
  }

  @BeforeEach
  void makeOne() {
    var spec = Wire.read(SPEC.getBytes(StandardCharsets.UTF_8), ContainerSpec.class);
    host.perform(
        new CreateContainer(WEB, IMAGE, Optional.empty(), Optional.empty(), Optional.of(spec)));
  }

  @AfterEach
  void leaveNothing() throws Exception {
    for (var name : List.of(WEB, WWW)) {
      host.perform(new RemoveContainer(name, true));
    }
    host.reporter.events.clear();
    try (var left = Files.list(MACHINES)) {
      assertThat(left.map(Path::getFileName).map(Path::toString))
          .noneMatch(name -> name.startsWith(".#berth"));
    }
  }

  @Test
  void aRunningOneIsExportedAsOfASnapshotAndStartsAsAnother() throws Exception {
    host.perform(new StartContainer(WEB, WaitFor.READY));
    Files.writeString(tree(WEB).resolve("root/data"), "first");
    assertProblem(ProblemCode.CONFLICT, "is running", () -> export(Optional.empty()));
    host.perform(new CreateSnapshot(WEB, ONE, Optional.empty(), false, Optional.empty()));
    Files.writeString(tree(WEB).resolve("root/data"), "second");
    var sent = export(Optional.of(ONE));
    assertThat(sent.warnings()).noneMatch(warning -> warning.contains("not read"));

    var made = bring(sent, false, false, Optional.of(WaitFor.READY));
    assertThat(made.container().status()).isEqualTo(Status.READY);
    assertThat(made.container().image()).contains(IMAGE);
    assertThat(made.warnings())
        .containsExactly("left out: binds, which reaches out of the container");
    assertThat(tree(WWW).resolve("root/data")).hasContent("first");
    assertThat(tree(WWW).resolve("etc/hostname")).hasContent(WWW.value());
    assertThat(Files.readString(tree(WWW).resolve("etc/machine-id")))
        .isNotEqualTo(Files.readString(tree(WEB).resolve("etc/machine-id")));
    var settings = Files.readString(settings(WWW));
    assertThat(settings).contains("the shop").doesNotContain("/mnt").doesNotContain("\nHostname=");
  }

  @Test
  void oneThatIsTrustedStaysWhoItWas() throws Exception {
    host.perform(new StartContainer(WEB, WaitFor.READY));
    host.perform(new StopContainer(WEB, Optional.empty()));
    var id = Files.readString(tree(WEB).resolve("etc/machine-id"));
    var sent = export(Optional.empty());
    var job = new FakeJob();
    var command = command(sent, true, true, Optional.empty());
    var made = (ImportResult) host.feature.containers().perform(command, job);
    assertThat(made.warnings()).isEmpty();
    assertThat(tree(WWW).resolve("etc/machine-id")).hasContent(id);
    assertThat(tree(WWW).resolve("etc/hostname")).hasContent("shop");
    assertThat(Files.readString(settings(WWW))).contains("/mnt", "Hostname=shop");

    Files.writeString(tree(WWW).resolve("root/data"), "written since");
    host.perform(command, job);
    assertThat(tree(WWW).resolve("root/data")).hasContent("written since");
    assertProblem(
        ProblemCode.ALREADY_EXISTS,
        "there already",
        () -> bring(sent, true, true, Optional.empty()));
  }

  @Test
  void whatIsRemovedWhileItIsReadIsNoArchive() throws Exception {
    var sent = export(Optional.empty());
    var before = server.content();
    var job = new FakeJob();
    var packed = new AtomicBoolean();
    server.onPiece =
        () -> {
          if (packed.compareAndSet(false, true)) {
            host.perform(new RemoveContainer(WEB, true));
          }
        };
    try {
      assertProblem(
          ProblemCode.CONFLICT,
          "removed or replaced",
          () ->
              host.feature
                  .exports()
                  .perform(new ExportContainer(WEB, Optional.empty(), server.address()), job));
    } finally {
      server.onPiece = () -> {};
    }
    assertThat(packed).isTrue();
    server.content(before);
    assertThat(sent.size().bytes()).isEqualTo(before.length);
  }

  @Test
  void whatDoesNotComeWholeLeavesNothing() throws Exception {
    var sent = export(Optional.empty());
    var right = server.content();
    var bytes = right.clone();
    bytes[bytes.length / 2] ^= 1;
    server.content(bytes);
    assertProblem(ProblemCode.FAILED, "SHA-256", () -> bring(sent, false, false, Optional.empty()));
    var other = new CopyResult(Sha256.of(sha256(bytes)), sent.size(), 0, List.of());
    assertThatThrownBy(() -> bring(other, false, false, Optional.empty()))
        .isInstanceOf(BerthException.class);
    assertThat(host.feature.picture().look(WWW)).isEmpty();
    assertThat(settings(WWW)).doesNotExist();
    server.content("no archive".getBytes(StandardCharsets.UTF_8));
    var none = server.content();
    var text = new CopyResult(Sha256.of(sha256(none)), new ByteSize(none.length), 0, List.of());
    assertProblem(
        ProblemCode.INVALID, "no archive", () -> bring(text, false, false, Optional.empty()));
    server.content(right);
    assertThat(bring(sent, false, false, Optional.empty()).container().status())
        .isEqualTo(Status.STOPPED);
  }

  private static byte[] sha256(byte[] bytes) throws Exception {
    return java.security.MessageDigest.getInstance("SHA-256").digest(bytes);
  }

  private static CopyResult export(Optional<SnapshotName> snapshot) {
    return (CopyResult)
        host.feature
            .exports()
            .perform(new ExportContainer(WEB, snapshot, server.address()), new FakeJob());
  }

  private static ImportResult bring(
      CopyResult sent, boolean keep, boolean trusted, Optional<WaitFor> start) {
    return (ImportResult)
        host.feature.containers().perform(command(sent, keep, trusted, start), new FakeJob());
  }

  private static ImportContainer command(
      CopyResult sent, boolean keep, boolean trusted, Optional<WaitFor> start) {
    return new ImportContainer(
        WWW, Optional.empty(), server.address(), sent.sha256(), sent.size(), keep, trusted, start);
  }

  private static Path tree(ContainerName name) {
    return MACHINES.resolve(name.value());
  }

  private static Path settings(ContainerName name) {
    return Path.of("/etc/systemd/nspawn", name + ".nspawn");
  }

  private static void assertProblem(ProblemCode code, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            BerthException.class, e -> assertThat(e.problem().code()).isEqualTo(code))
        .hasMessageContaining(message);
  }
}

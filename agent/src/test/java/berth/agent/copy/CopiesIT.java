package berth.agent.copy;

import static berth.agent.copy.Trees.run;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.dispatch.FakeJob;
import berth.agent.process.HostProcesses;
import berth.agent.storage.Pools;
import berth.agent.storage.Tools;
import berth.agent.systemd.HostContainer;
import berth.agent.transfer.Download;
import berth.agent.transfer.TransferServer;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.InnerPath;
import berth.protocol.ProblemCode;
import berth.protocol.Sha256;
import berth.protocol.command.CopyCommand.CopyIn;
import berth.protocol.command.CopyCommand.CopyOut;
import berth.protocol.reply.Result.CopyResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Copies into a real container with users of its own and out of it, running and stopped. */
@Tag("host")
@Timeout(120)
class CopiesIT {
  private static final Path MACHINES = Path.of("/var/lib/machines");
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final HostProcesses PROCESSES = new HostProcesses();
  private static HostContainer container;
  private static TransferServer server;
  private static Copies copies;
  private static Pools pools;

  @TempDir private Path folder;

  @BeforeAll
  static void boot() throws IOException {
    container = new HostContainer("copies");
    container.boot();
    server = new TransferServer();
    pools = Pools.open(Map.of(Pools.DEFAULT, MACHINES), new Tools(PROCESSES));
    copies =
        new Copies(
            new Roots(container.machines(), _ -> Optional.of(container.root())),
            pools,
            new Download(server.address()),
            (command, _) -> {
              throw new AssertionError(command);
            },
            server.address());
  }

  @AfterAll
  static void end() throws IOException {
    server.close();
    container.close();
  }

  @Test
  void aTreeGoesInAndComesOutAsItWasRunningAndStopped() throws Exception {
    assertThat(container.machines().uidShift(container.name())).isPositive();
    Trees.fill(folder.resolve("tree"));
    pack("tree");
    for (var path : List.of("/root", "/tmp")) { // the latter is a file system of the container's
      assertThat(in(path, false).warnings()).isEmpty();
      assertThat(inside("stat", "-c", "%u:%g %a", path + "/tree/plain")).isEqualTo("33:44 4751\n");
      assertThat(inside("stat", "-c", "%u:%g", path + "/tree")).isEqualTo("0:0\n");
      comesOut(path + "/tree");
    }
    assertThat(container.systemd().stop(container.unit(), LIMIT)).isNotNull();
    comesOut("/root/tree");
    in("/srv", false);
    comesOut("/srv/tree");
    container.boot();
    assertThat(inside("stat", "-c", "%u:%g %a", "/srv/tree/plain")).isEqualTo("33:44 4751\n");
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void whatTheContainerSwapsMeanwhileLeadsNowhere() throws Exception {
    var outside = MACHINES.resolve("berth-it-outside");
    Files.createDirectories(outside);
    Files.writeString(outside.resolve("f1"), "SECRET");
    try {
      var sub = Files.createDirectories(folder.resolve("race/sub"));
      for (var i = 0; i < 300; i++) {
        Files.writeString(sub.resolve("f" + i), "x");
      }
      pack("race");
      in("/root", false);
      var swap =
          "cd /root/race; while :; do mv sub aside; ln -s "
              + outside
              + " sub; rm sub; mv aside sub; done";
      run("systemd-run", "-q", "-M", container.name() + "", "--unit=swap", "sh", "-c", swap);
      for (var i = 0; i < 20; i++) {
        pack("race");
        try {
          in("/root", false);
        } catch (BerthException e) {
          assertThat(e.problem().code()).isNotEqualTo(ProblemCode.INTERNAL);
        }
        out("/root/race");
        assertThat(new String(server.content(), ISO_8859_1)).doesNotContain("SECRET");
      }
      run("systemctl", "-M", container.name() + "", "stop", "swap");
      assertThat(outside).isDirectoryContaining("glob:**f1");
      assertThat(Files.readString(outside.resolve("f1"))).isEqualTo("SECRET");
      assertThat(run("ls", outside + "")).isEqualTo("f1\n");
    } finally {
      run("rm", "-rf", outside + "");
    }
  }

  @Test
  void aLinkThatLeadsToTheHostLeadsIntoTheContainer() throws Exception {
    inside("ln", "-sfn", "/etc/hostname", "/root/way");
    inside("sh", "-c", "echo inside > /etc/hostname");
    out("/root/way");
    assertThat(unpacked().resolve("way")).isSymbolicLink();
    assertProblem("/root/way/", ProblemCode.NOT_FOUND, "/root/way/ in the container");
    assertProblem("/none", ProblemCode.NOT_FOUND, "/none in the container");
  }

  @Test
  void anAttemptThatWasCutShortIsDoneAgain() throws Exception {
    Trees.fill(folder.resolve("tree"));
    pack("tree");
    var cutInTheMiddle = cutShort();
    var half = container.root().resolve("opt/.berth-cp-" + cutInTheMiddle.id() + "-0");
    Files.createDirectories(half.resolve("half"));
    copies.perform(command("/opt/new", false), cutInTheMiddle);
    comesOut("/opt/new");
    assertThat(half).doesNotExist();

    // What an attempt completed just before it ended must not be copied into.
    copies.perform(command("/opt/new", false), cutShort());
    assertThat(inside("ls", "/opt/new")).contains("plain").doesNotContain("tree");
    assertThat(leftovers()).isEmpty();
  }

  /** A job whose first attempt had found nothing in the way. */
  private static FakeJob cutShort() throws IOException {
    var job = new FakeJob(2);
    Files.createFile(pools.all().getFirst().storage().fetching("cp." + job.id() + ".new"));
    return job;
  }

  private void comesOut(String path) throws Exception {
    out(path);
    assertThat(Trees.seen(unpacked().resolve(Path.of(path).getFileName())))
        .isEqualTo(Trees.seen(folder.resolve("tree")));
  }

  private Path unpacked() throws IOException {
    var archive = Files.write(folder.resolve("out.tar"), server.content());
    var out = Files.createTempDirectory(folder, "out");
    run(
        "tar",
        "-x",
        "-p",
        "--xattrs",
        "--xattrs-include=*",
        "--numeric-owner",
        "-f",
        archive + "",
        "-C",
        out + "");
    return out;
  }

  private void pack(String name) throws IOException {
    run(
        "tar",
        "-c",
        "--format=pax",
        "--sparse",
        "--xattrs",
        "-f",
        folder + "/in.tar",
        "-C",
        folder + "",
        name);
    server.content(Files.readAllBytes(folder.resolve("in.tar")));
  }

  private CopyResult in(String path, boolean contents) throws Exception {
    return (CopyResult) copies.perform(command(path, contents), new FakeJob());
  }

  private static CopyIn command(String path, boolean contents) throws Exception {
    var bytes = server.content();
    return new CopyIn(
        container.name(),
        new InnerPath(path),
        contents,
        Optional.empty(),
        server.address(),
        Sha256.of(MessageDigest.getInstance("SHA-256").digest(bytes)),
        ByteSize.of(bytes.length));
  }

  private static CopyResult out(String path) throws Exception {
    var command = new CopyOut(container.name(), new InnerPath(path), server.address());
    var result = (CopyResult) copies.perform(command, new FakeJob());
    var bytes = server.content();
    assertThat(result.size().bytes()).isEqualTo(bytes.length);
    assertThat(result.sha256())
        .isEqualTo(Sha256.of(MessageDigest.getInstance("SHA-256").digest(bytes)));
    return result;
  }

  private static void assertProblem(String path, ProblemCode code, String part) {
    assertThatThrownBy(() -> out(path))
        .isInstanceOfSatisfying(
            BerthException.class,
            e -> {
              assertThat(e.problem().code()).isEqualTo(code);
              assertThat(e.problem().message()).contains(part);
            });
  }

  private static String inside(String... argv) {
    var all =
        new java.util.ArrayList<>(
            List.of("systemd-run", "-q", "-M", container.name() + "", "--pipe", "--wait"));
    all.addAll(List.of(argv));
    return run(all.toArray(String[]::new));
  }

  private static String leftovers() {
    return run(
        "find",
        container.root() + "",
        MACHINES + "",
        "-maxdepth",
        "3",
        "-name",
        ".berth-cp*",
        "-o",
        "-name",
        "*cp.*.new");
  }
}

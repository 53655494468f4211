package berth.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class LinuxIT {
  @TempDir private Path folder;

  @Test
  void aDescriptorIsClosedOnceAndNotUsedAfterwards() throws IOException {
    Pipe pipe = Pipe.open();
    int number = pipe.reading().number();
    pipe.reading().close();
    try (Fd next = pipe.writing().duplicate()) {
      assertThat(next.number()).as("the number is free again").isEqualTo(number);
      pipe.reading().close();
      assertThat(next.duplicate()).as("and the second close did not take it").isNotNull();
      assertThatThrownBy(() -> pipe.reading().number()).isInstanceOf(IllegalStateException.class);
    }
    pipe.close();
  }

  @Test
  void errorsNameTheCallAndTheReason() {
    assertThatThrownBy(() -> UnixSocket.connect("/no/such/socket", java.time.Duration.ofSeconds(1)))
        .isInstanceOf(LinuxException.class)
        .hasMessage("connect to /no/such/socket: no such file or directory (ENOENT)");
  }

  @Test
  void anotherIdentityIsTheThreadsOwnAndEndsWithTheAction() throws IOException {
    Path mine = Files.writeString(folder.resolve("mine"), "x");
    Files.setPosixFilePermissions(
        mine, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    int self = ThreadIdentity.current();
    int other = ThreadIdentity.as(12345, ThreadIdentity::current);
    assertThat(other).isEqualTo(12345);
    assertThat(ThreadIdentity.current()).isEqualTo(self);
    assertThatThrownBy(() -> ThreadIdentity.as(12345, () -> Files.readString(mine)))
        .isInstanceOf(java.nio.file.AccessDeniedException.class);
    assertThat(ThreadIdentity.as(0, () -> Files.readString(mine))).isEqualTo("x");
  }

  @Test
  void aLinkInAContainerDoesNotLeadOutOfIt() throws IOException {
    Path inside = Files.createDirectories(folder.resolve("root/run"));
    Path outside = Files.writeString(folder.resolve("socket"), "the host's");
    Files.createSymbolicLink(inside.resolve("absolute"), outside);
    Files.createSymbolicLink(inside.resolve("dots"), Path.of("../../../../../socket"));
    Files.writeString(folder.resolve("root/socket"), "the container's");
    try (Fd root = opened(folder.resolve("root"))) {
      assertThatThrownBy(() -> RootedPath.open(root, "/run/absolute"))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(LinuxException.ENOENT));
      try (Fd found = RootedPath.open(root, "/run/dots")) {
        assertThat(Files.readString(Path.of("/proc/self/fd/" + found.number())))
            .isEqualTo("the container's");
      }
    }
  }

  @Test
  void aKernelFileTellsItsChanges() throws Exception {
    Path group = Files.createDirectory(hierarchy().resolve("berth-test-" + folder.hashCode()));
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    Process program = new ProcessBuilder("sleep", "300").start();
    try (Reactor reactor = Reactor.start();
        KernelFile _ = KernelFile.watch(reactor, group.resolve("cgroup.events"), told::add)) {
      assertThat(told.poll(10, TimeUnit.SECONDS)).contains("populated 0");
      Files.writeString(group.resolve("cgroup.procs"), Long.toString(program.pid()));
      assertThat(told.poll(10, TimeUnit.SECONDS)).contains("populated 1");
      program.destroyForcibly().waitFor();
      assertThat(told.poll(10, TimeUnit.SECONDS)).contains("populated 0");
    } finally {
      program.destroyForcibly().waitFor();
      Files.delete(group);
    }
  }

  private static Path hierarchy() {
    Path root = Path.of("/sys/fs/cgroup");
    Path beside = root.resolve("unified");
    return Files.exists(beside) ? beside : root;
  }

  private static Fd opened(Path path) throws IOException {
    try (Fd root = Fd.owning(rootDirectory())) {
      return RootedPath.open(root, path.toString());
    }
  }

  private static long rootDirectory() throws IOException {
    try (var arena = java.lang.foreign.Arena.ofConfined()) {
      long name = arena.allocateFrom("/").address();
      return Libc.check(Libc.syscall(Libc.X86_64 ? 257 : 56, -100, name, 02000000, 0), "open /");
    }
  }
}

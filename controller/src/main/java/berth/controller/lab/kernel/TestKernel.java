package berth.controller.lab.kernel;

import berth.controller.lab.LabFolder;
import berth.controller.lab.Progress;
import berth.controller.lab.image.AptSources;
import berth.controller.lab.image.Release;
import berth.controller.lab.image.RootTarball;
import berth.controller.lab.machine.CgroupLayout;
import berth.controller.lab.machine.ControlGroups;
import berth.controller.lab.machine.Mounts;
import berth.controller.lab.machine.Processes;
import berth.controller.lab.machine.Ran;
import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One systemd host on a kernel of its own. It lives in a lab's folder, in place of a lab; {@link
 * #close} leaves nothing behind, whatever happened before. It has no network but loopback.
 */
public final class TestKernel implements AutoCloseable {
  /** The kernel as a program; Debian's package user-mode-linux brings it. */
  public static final String PROGRAM = "linux.uml";

  private static final Path MODULES = Path.of("/usr/lib/uml/modules");
  private static final String GROUP = "kernel";
  private static final long DISK = 8L << 30;
  private static final Duration BOOT = Duration.ofMinutes(4);
  private static final Duration OFF = Duration.ofSeconds(40);

  /** Sockets have short names, so they are not in the lab's folder. */
  private static final Path SOCKETS = Path.of("/run/berth-lab");

  private final LabFolder folder;
  private final Progress progress;
  private final ControlGroups groups;
  private Optional<Console> console = Optional.empty();
  private Optional<Process> process = Optional.empty();

  public TestKernel(LabFolder folder, Progress progress) {
    this.folder = folder;
    this.progress = progress;
    this.groups =
        CgroupLayout.of(Mounts.now())
            .map(layout -> new ControlGroups(layout, folder.name()))
            .orElseThrow(() ->
                new BerthException(
                    ProblemCode.UNSUPPORTED, "this machine has no control groups of version 2"));
  }

  /** Whether this machine has such a kernel; there is one for Debian on x86-64 alone. */
  public static boolean isInstalled() {
    return Processes.exists(PROGRAM) && Files.isDirectory(MODULES);
  }

  /**
   * Makes a host of a release and boots it.
   *
   * @param bring puts into its root file system what is to be there
   */
  public void boot(Release release, Consumer<Path> bring) {
    if (!isInstalled()) {
      throw new BerthException(
          ProblemCode.UNSUPPORTED,
          "this machine has no test kernel: the program " + PROGRAM + " is missing",
          "install the package user-mode-linux");
    }
    close();
    var pool = folder.pool();
    pool.up();
    new KernelRoot(pool, share()).make(tarball(release), MODULES, bring);
    pool.down();
    progress.say("booting a kernel of its own with " + release);
    console = Optional.of(start());
    // Not the outcome: what failed to start is for the caller to judge.
    run("systemctl", "is-system-running", "--wait");
  }

  /** Runs a program in it to its end, however it ends. */
  public Ran run(String... argv) {
    return console.orElseThrow(() -> failed("does not run")).run(List.of(argv));
  }

  /** A folder of this machine that the host sees as {@link KernelRoot#SHARE}. */
  public Path share() {
    return folder.run().resolve("share");
  }

  /** What it wrote to its console. */
  public Path log() {
    return folder.log(GROUP);
  }

  /** Powers it off, and takes it and its storage away. */
  @Override
  public void close() {
    console.ifPresent(Console::powerOff);
    process.ifPresent(TestKernel::awaitEnd);
    console = Optional.empty();
    process = Optional.empty();
    groups.killAll();
    folder.pool().down();
    for (var left : List.of(folder.run(), sockets())) {
      Processes.run("rm", "-rf", "--one-file-system", left.toString());
    }
    // Only if it is empty now: what else is in it is not ours.
    Processes.tryRun("rmdir", folder.path().toString());
  }

  private Path tarball(Release release) {
    var sources = AptSources.read(Path.of("/etc/apt"));
    return RootTarball.kernel(release, sources.of(release, Optional.empty()))
        .make(folder.cache(), groups);
  }

  private Console start() {
    var argv = new ArrayList<>(List.of(PROGRAM, "mem=2G", "umid=" + GROUP));
    argv.add("uml_dir=" + sockets());
    argv.addAll(List.of("ubd0=" + folder.pool().image(), "root=/dev/ubda", "rootfstype=btrfs"));
    argv.add("ubd1=" + disk());
    argv.addAll(List.of("rw", "quiet", "audit=0", "selinux=0", "systemd.gpt_auto=0"));
    argv.add("systemd.show_status=0");
    argv.addAll(List.of("con=null", "con0=null,fd:2", "ssl=null", "ssl0=fd:0,fd:1"));
    try {
      Files.createDirectories(sockets());
      Files.createDirectories(log().getParent());
      makeDisk();
      var started =
          Processes.command(groups.launcher(GROUP, argv), Map.of("TMPDIR", "/dev/shm"))
              .redirectError(log().toFile())
              .start();
      process = Optional.of(started);
      var talk = new Console(started, share());
      var wrong = talk.awaitUp(BOOT);
      if (wrong.isPresent()) {
        throw failed(wrong.get());
      }
      return talk;
    } catch (IOException e) {
      throw new UncheckedIOException("can't start " + PROGRAM, e);
    }
  }

  /** A second disk for tests to do with as they like, which takes only the room that is written. */
  private void makeDisk() throws IOException {
    try (var file = new RandomAccessFile(disk().toFile(), "rw")) {
      file.setLength(DISK);
    }
  }

  private Path disk() {
    return folder.run().resolve("disk.img");
  }

  private static void awaitEnd(Process process) {
    try {
      process.waitFor(OFF.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      // What has not ended yet is killed next.
      Thread.currentThread().interrupt();
    }
  }

  private Path sockets() {
    return SOCKETS.resolve(folder.name() + ".uml");
  }

  private BerthException failed(String what) {
    var lines = new ArrayList<String>();
    try {
      Files.readString(log()).lines().filter(line -> !line.isBlank()).forEach(lines::add);
    } catch (IOException e) {
      lines.add("no log: " + e.getMessage());
    }
    return new BerthException(
        new Problem(ProblemCode.FAILED, "the test kernel " + what, "see " + log())
            .withLog(lines.subList(Math.max(0, lines.size() - 20), lines.size())));
  }
}

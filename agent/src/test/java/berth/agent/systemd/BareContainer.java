package berth.agent.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.linux.Reactor;
import berth.agent.process.HostCommand;
import berth.agent.process.HostProcesses;
import berth.protocol.ContainerName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/** A container of nothing but busybox on a real systemd host: no systemd and no D-Bus in it. */
public final class BareContainer implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Path BUSYBOX = Path.of("/opt/tests/busybox");
  private static final List<String> APPLETS =
      List.of("sh", "cat", "env", "id", "kill", "ls", "seq", "sleep", "stty", "true", "tty");

  private final ContainerName name;
  private final Path settings;
  private final Reactor reactor = Reactor.start();
  private final SystemBus bus = new SystemBus(reactor);
  private final Systemd systemd = new Systemd(bus);
  private final Machines machines = new Machines(bus);
  private final HostProcesses processes = new HostProcesses();

  /**
   * Makes its tree and starts it.
   *
   * @param more lines of its .nspawn file, after those of its section Exec
   */
  public BareContainer(String suffix, String more) throws IOException {
    name = new ContainerName("berth-it-" + suffix);
    settings = Path.of("/etc/systemd/nspawn", name + ".nspawn");
    removeTree();
    for (var folder : List.of("bin", "usr", "etc", "tmp", "root", "home/alice", "proc", "dev")) {
      Files.createDirectories(root().resolve(folder));
    }
    Files.copy(BUSYBOX, root().resolve("bin/busybox"), StandardCopyOption.REPLACE_EXISTING);
    for (var applet : APPLETS) {
      Files.createSymbolicLink(root().resolve("bin").resolve(applet), Path.of("busybox"));
    }
    file("etc/os-release", "ID=bare\n");
    file("etc/passwd", "root:x:0:0::/root:/bin/sh\nalice:x:1000:1001::/home/alice:/bin/sh\n");
    file("etc/group", "root:x:0:\nalice:x:1001:\naudio:x:29:alice\n");
    Files.createDirectories(settings.getParent());
    Files.writeString(settings, "[Exec]\nBoot=no\nParameters=/bin/sleep 100000\n" + more);
    assertThat(systemd.start(UnitName.of(name), LIMIT)).isEqualTo(JobResult.DONE);
  }

  /** Writes a file of its tree. */
  public void file(String path, String text) throws IOException {
    Files.writeString(root().resolve(path), text);
  }

  public ContainerName name() {
    return name;
  }

  public Path root() {
    return Path.of("/var/lib/machines", name.value());
  }

  public Reactor reactor() {
    return reactor;
  }

  public Machines machines() {
    return machines;
  }

  public Systemd systemd() {
    return systemd;
  }

  @Override
  public void close() throws IOException {
    processes.attempt(HostCommand.of("machinectl", "terminate", name.value()));
    systemd.stop(UnitName.of(name), LIMIT);
    systemd.resetFailed(UnitName.of(name));
    bus.close();
    reactor.close();
    Files.deleteIfExists(settings);
    removeTree();
  }

  private void removeTree() throws IOException {
    if (Files.exists(root())) {
      processes.run(HostCommand.of("machinectl", "remove", name.value()).within(LIMIT));
    }
  }
}

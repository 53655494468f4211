package berth.agent.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.linux.Reactor;
import berth.agent.process.HostCommand;
import berth.agent.process.HostProcesses;
import berth.protocol.ContainerName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A container of the test's own on a real systemd host, and what is needed to talk about it. */
public final class HostContainer implements AutoCloseable, ContainerWatch.Watcher {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final ContainerName name;
  private final Reactor reactor;
  private final SystemBus bus;
  private final Machines machines;
  private final Systemd systemd;
  private final ContainerWatch watch;
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private final HostProcesses processes = new HostProcesses();

  /** Clones the machine that the tests are given. */
  public HostContainer(String suffix) throws IOException {
    if (!Files.isDirectory(Path.of("/run/systemd/system"))) {
      throw new IllegalStateException("this test needs a host that systemd runs; see HostTests");
    }
    name = new ContainerName("berth-it-" + suffix);
    String from = System.getProperty("berth.test.machine", "guest");
    removeTree();
    processes.run("machinectl", "clone", from, name.value());
    Files.writeString(root().resolve("etc/machine-id"), "uninitialized\n");
    reactor = Reactor.start();
    bus = new SystemBus(reactor);
    systemd = new Systemd(bus);
    machines = new Machines(bus);
    watch = new ContainerWatch(reactor, bus, systemd, machines, this);
  }

  /** Starts it and waits until it is ready. */
  public void boot() {
    assertThat(systemd.start(unit(), LIMIT)).isEqualTo(JobResult.DONE);
    await("Ready");
  }

  /** Waits for an event about it and passes over those before. */
  public void await(String event) {
    try {
      for (String next = ""; !next.equals(event); ) {
        next = events.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(next).as("waiting for " + event).isNotNull();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The names of the events about it that were told and not waited for yet. */
  public BlockingQueue<String> events() {
    return events;
  }

  public ContainerName name() {
    return name;
  }

  public UnitName unit() {
    return UnitName.of(name);
  }

  public Path root() {
    return Path.of("/var/lib/machines", name.value());
  }

  public Reactor reactor() {
    return reactor;
  }

  public SystemBus bus() {
    return bus;
  }

  public Machines machines() {
    return machines;
  }

  public Systemd systemd() {
    return systemd;
  }

  @Override
  public void picture(List<UnitStatus> units, List<Machine> running) {
    units.stream().filter(u -> u.unit().equals(unit())).forEach(u -> events.add("Picture"));
  }

  @Override
  public void unit(UnitEvent event) {
    if (event.status().unit().equals(unit())) {
      events.add(event.getClass().getSimpleName());
    }
  }

  @Override
  public void machine(MachineEvent event) {
    if (event.container().equals(name)) {
      events.add(event.getClass().getSimpleName());
    }
  }

  @Override
  public void close() throws IOException {
    watch.close();
    processes.attempt(HostCommand.of("machinectl", "terminate", name.value()));
    systemd.stop(unit(), LIMIT);
    systemd.resetFailed(unit());
    bus.close();
    reactor.close();
    removeTree();
  }

  private void removeTree() throws IOException {
    if (Files.exists(root())) {
      processes.run(HostCommand.of("machinectl", "remove", name.value()).within(LIMIT));
    }
  }
}

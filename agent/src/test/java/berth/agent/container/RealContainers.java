package berth.agent.container;

import berth.agent.copy.Archives;
import berth.agent.dispatch.FakeJob;
import berth.agent.dispatch.Job;
import berth.agent.linux.Reactor;
import berth.agent.process.HostProcesses;
import berth.agent.report.FakeReporter;
import berth.agent.storage.ImageRecord;
import berth.agent.storage.Pools;
import berth.agent.storage.StorageBackend;
import berth.agent.storage.Tools;
import berth.agent.systemd.Machines;
import berth.agent.systemd.SystemBus;
import berth.agent.systemd.Systemd;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.command.ContainerCommand;
import berth.protocol.event.Event;
import berth.protocol.event.Event.ContainerEvent;
import berth.protocol.reply.Result.ContainerResult;
import berth.protocol.state.ContainerState;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The feature on a real systemd host, and the image that is made of the tests' machine. */
final class RealContainers implements AutoCloseable {
  static final Path MACHINES = Path.of("/var/lib/machines");

  /** For those that send nothing and fetch nothing. */
  static final Archives NOWHERE =
      new Archives(new Tools(new HostProcesses()), URI.create("http://127.0.0.1:9/"));

  final FakeReporter reporter = new FakeReporter();
  final HostProcesses processes = new HostProcesses();
  final StorageBackend storage;
  final ContainerFeature feature;
  private final Reactor reactor;
  private final SystemBus bus;

  RealContainers() throws IOException {
    this(NOWHERE);
  }

  /** Those that send to a place and fetch from there. */
  RealContainers(Archives archives) throws IOException {
    reactor = Reactor.start();
    bus = new SystemBus(reactor);
    var pools = Pools.open(Map.of(Pools.DEFAULT, MACHINES), new Tools(processes));
    storage = pools.find(Optional.empty()).storage();
    var systemd = new Systemd(bus);
    var machines = new Machines(bus);
    feature =
        new ContainerFeature(pools, reactor, bus, systemd, machines, processes, archives, reporter);
  }

  /** Makes an image of the machine that the tests are given, and changes it. */
  void image(ImageName name, StorageBackend.Change change) throws IOException {
    var machine = MACHINES.resolve(System.getProperty("berth.test.machine", "guest"));
    storage.make(
        name,
        tree -> {
          processes.run("cp", "-a", "--reflink=auto", machine + "/.", tree.toString());
          change.to(tree);
          return new ImageRecord(Instant.now(), Optional.of("Test"), "a test", Optional.empty());
        },
        new FakeJob());
  }

  void perform(ContainerCommand command) {
    perform(command, new FakeJob());
  }

  void perform(ContainerCommand command, Job job) {
    var _ = feature.containers().perform(command, job);
  }

  ContainerState state(ContainerCommand command) {
    return state(command, new FakeJob());
  }

  ContainerState state(ContainerCommand command, Job job) {
    return ((ContainerResult) feature.containers().perform(command, job)).container();
  }

  /** A container as it is now. */
  ContainerState look(ContainerName name) {
    return feature.picture().look(name).orElseThrow();
  }

  /** What was told about a container, oldest first. */
  List<Class<? extends Event>> told(ContainerName name) {
    return reporter.events.stream()
        .filter(event -> event instanceof ContainerEvent c && c.container().name().equals(name))
        .<Class<? extends Event>>map(Event::getClass)
        .toList();
  }

  @Override
  public void close() throws IOException {
    feature.close();
    bus.close();
    reactor.close();
  }
}

package berth.agent;

import berth.agent.container.ContainerFeature;
import berth.agent.container.ContainerVerticle;
import berth.agent.copy.Archives;
import berth.agent.copy.Copies;
import berth.agent.copy.CopyVerticle;
import berth.agent.copy.Roots;
import berth.agent.exec.ExecVerticle;
import berth.agent.exec.LogReader;
import berth.agent.exec.Programs;
import berth.agent.image.Archive;
import berth.agent.image.Debootstrap;
import berth.agent.image.ImageVerticle;
import berth.agent.image.Images;
import berth.agent.linux.Reactor;
import berth.agent.process.ContainerProcesses;
import berth.agent.process.HostProcesses;
import berth.agent.process.PipeReactor;
import berth.agent.report.InventorySources;
import berth.agent.report.Reporter;
import berth.agent.report.Streams;
import berth.agent.storage.PoolPicture;
import berth.agent.storage.Pools;
import berth.agent.storage.StorageFailure;
import berth.agent.storage.Thresholds;
import berth.agent.storage.Tools;
import berth.agent.systemd.MachineBuses;
import berth.agent.systemd.Machines;
import berth.agent.systemd.SystemBus;
import berth.agent.systemd.Systemd;
import berth.agent.transfer.Download;
import berth.agent.view.Examiner;
import berth.agent.view.UsageWatch;
import berth.agent.view.ViewVerticle;
import berth.agent.view.Views;
import berth.protocol.ContainerName;
import berth.protocol.state.ContainerState;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The workers of a real host: its systemd at the edge, the features on it, a verticle for each. */
final class HostWorkers implements Workers {
  /** Containers may be slow to stop; others must not wait for them. */
  private static final int CONTAINER_THREADS = 16;

  /** Building an image takes all of a small host. */
  private static final int IMAGE_THREADS = 2;

  /** A disk and a network are not faster for more of them at once. */
  private static final int COPY_THREADS = 8;

  private static final Duration NOW_AND_THEN = Duration.ofMinutes(1);

  private final AgentConfig config;
  private Reactor reactor;
  private SystemBus bus;
  private MachineBuses buses;
  private ContainerFeature containers;
  private PoolPicture poolPicture;
  private Programs programs;
  private Images images;
  private Views views;
  private Copies copies;
  private String systemdVersion;

  HostWorkers(AgentConfig config) {
    this.config = config;
  }

  @Override
  public Future<InventorySources> start(Vertx vertx, Reporter reporter, Streams streams) {
    return vertx
        .executeBlocking(() -> open(reporter, streams))
        .compose(sources -> deploy(vertx).map(sources))
        .onSuccess(_ -> {
          nowAndThen(vertx, () -> containers.snapshots().expire(Instant.now()));
          nowAndThen(vertx, poolPicture::watch);
        });
  }

  /** Again and again: also while no controller is there to ask for it. */
  private static void nowAndThen(Vertx vertx, Runnable work) {
    vertx
        .executeBlocking(
            () -> {
              work.run();
              return null;
            },
            false)
        .onComplete(_ -> vertx.setTimer(NOW_AND_THEN.toMillis(), _ -> nowAndThen(vertx, work)));
  }

  @Override
  public String systemdVersion() {
    return systemdVersion;
  }

  @Override
  public Future<Void> stop() {
    try {
      containers.close();
    } catch (IOException e) {
      return Future.failedFuture(e);
    } finally {
      buses.close();
      bus.close();
      reactor.close();
    }
    return Future.succeededFuture();
  }

  /** Sweeps before anything new can begin. */
  private InventorySources open(Reporter reporter, Streams streams) throws IOException {
    reactor = Reactor.start();
    bus = new SystemBus(reactor);
    var systemd = new Systemd(bus);
    systemdVersion = systemd.version();
    var machines = new Machines(bus);
    buses = new MachineBuses(reactor, machines);
    var processes = new HostProcesses();
    var tools = new Tools(processes);
    var pools = Pools.open(config.pools(), tools, systemd);
    pools.sweep();
    poolPicture = new PoolPicture(pools, Thresholds.USUAL, reporter);
    containers =
        new ContainerFeature(
            pools,
            reactor,
            bus,
            systemd,
            machines,
            processes,
            new Archives(tools, config.controller()),
            reporter);
    programs =
        new Programs(
            new ContainerProcesses(new PipeReactor(reactor), buses, machines, systemd),
            streams,
            new LogReader(processes, this::container),
            this::volume);
    programs.sweep(
        containers.picture().containers().stream()
            .filter(container -> container.status().running())
            .map(ContainerState::name)
            .toList());
    images =
        new Images(
            pools,
            new Debootstrap(tools),
            new Download(config.controller()),
            new Archive(tools),
            reporter);
    views =
        new Views(
            containers.picture()::look,
            new Examiner(systemd, processes),
            new UsageWatch(containers.picture()::containers),
            streams,
            containers.snapshots()::of);
    copies =
        new Copies(
            new Roots(machines, name -> root(pools, name)),
            pools,
            new Download(config.controller()),
            containers.exports()::perform,
            config.controller());
    return sources(pools);
  }

  private InventorySources sources(Pools pools) {
    return new InventorySources(
        () -> containers.picture().containers(),
        () -> pools.all().stream().flatMap(pool -> pool.images().stream()).toList(),
        poolPicture::look);
  }

  private Future<?> deploy(Vertx vertx) {
    return Future.all(
        deploy(
            vertx,
            new ContainerVerticle(containers.containers()),
            "berth-container",
            CONTAINER_THREADS),
        deploy(vertx, new ImageVerticle(images), "berth-image", IMAGE_THREADS),
        vertx.deployVerticle(new ExecVerticle(programs), ExecVerticle.OPTIONS),
        vertx.deployVerticle(new ViewVerticle(views), ViewVerticle.OPTIONS),
        deploy(vertx, new CopyVerticle(copies), "berth-copy", COPY_THREADS));
  }

  /** A pool of threads each, so that one domain that is busy does not starve another. */
  private static Future<String> deploy(Vertx vertx, VerticleBase verticle, String pool, int size) {
    return vertx.deployVerticle(
        verticle,
        new DeploymentOptions()
            .setThreadingModel(ThreadingModel.WORKER)
            .setWorkerPoolName(pool)
            .setWorkerPoolSize(size)
            .setMaxWorkerExecuteTime(1)
            .setMaxWorkerExecuteTimeUnit(TimeUnit.DAYS));
  }

  private Optional<ContainerState> container(ContainerName name) {
    return containers.picture().containers().stream()
        .filter(container -> container.name().equals(name))
        .findFirst();
  }

  private Optional<Path> root(Pools pools, ContainerName name) {
    var pool = pools.holding(name);
    if (pool.isEmpty()) {
      return volume(name);
    }
    try {
      return pool.get().storage().open(name);
    } catch (IOException e) {
      throw StorageFailure.of("open the volume of " + name, e);
    }
  }

  private Optional<Path> volume(ContainerName name) {
    return container(name).map(ContainerState::volume).map(Path::of);
  }
}

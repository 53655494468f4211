package berth.agent.systemd;

import berth.agent.linux.Fd;
import berth.agent.linux.Reactor;
import berth.agent.systemd.dbus.Bus;
import berth.agent.systemd.dbus.BusAddress;
import berth.agent.systemd.dbus.BusException;
import berth.protocol.ContainerName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * The buses of the running containers, each connected to when it is first needed and kept until the
 * container, or its bus, goes away. Safe for use by many threads.
 */
public final class MachineBuses implements AutoCloseable {
  /** The error of a container that runs without a D-Bus, or whose bus is not up yet. */
  public static final String NO_BUS = "berth.NoBusInContainer";

  /** The error of a container that is paused, so that its bus does not answer. */
  public static final String PAUSED = "berth.ContainerIsPaused";

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration COMING_BACK = Duration.ofSeconds(5);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private final Reactor reactor;
  private final Machines machines;
  private final Duration limit;
  private final Map<ContainerName, Place> places = new ConcurrentHashMap<>();

  public MachineBuses(Reactor reactor, Machines machines) {
    this(reactor, machines, LIMIT);
  }

  /**
   * @param limit how long a container may take to let us in
   */
  public MachineBuses(Reactor reactor, Machines machines, Duration limit) {
    this.reactor = reactor;
    this.machines = machines;
    this.limit = limit;
  }

  /**
   * The bus of a container.
   *
   * @throws BusException {@link Machines#NO_SUCH_MACHINE} where it does not run, {@link #PAUSED}
   *     where it is paused, {@link #NO_BUS} where it has no bus with a systemd that answers
   */
  public MachineBus open(ContainerName container) {
    return places.computeIfAbsent(container, Place::new).open();
  }

  @Override
  public void close() {
    places.values().forEach(Place::close);
  }

  /** By its own word, which decides no more than whether it is worth to wait. */
  private static boolean isSystemd(int process) {
    try {
      return Files.readString(Path.of("/proc", Integer.toString(process), "comm"))
          .equals("systemd\n");
    } catch (IOException _) {
      return false; // it ended meanwhile
    }
  }

  /**
   * Where one container's bus is kept. All who need it wait for one attempt, however long the
   * container keeps that up.
   */
  private final class Place {
    private final ContainerName container;
    private MachineBus present;
    private CompletableFuture<MachineBus> attempt;

    Place(ContainerName container) {
      this.container = container;
    }

    MachineBus open() {
      CompletableFuture<MachineBus> result;
      synchronized (this) {
        if (present != null && present.bus().isOpen()) {
          return present;
        }
        if (attempt == null || attempt.isDone()) {
          attempt = new CompletableFuture<>();
          CompletableFuture<MachineBus> mine = attempt;
          Thread.ofPlatform().daemon().name("berth-bus").start(() -> attempt(mine));
        }
        result = attempt;
      }
      return Bus.await(
          result
              .copy()
              .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
              .exceptionallyCompose(failure -> CompletableFuture.failedFuture(inTime(failure))));
    }

    synchronized void close() {
      if (present != null) {
        present.bus().close();
      }
    }

    private Throwable inTime(Throwable failure) {
      Throwable cause = failure instanceof CompletionException e ? e.getCause() : failure;
      return cause instanceof TimeoutException
          ? new BusException(
              NO_BUS,
              "the D-Bus of container "
                  + container
                  + " did not answer in "
                  + limit.toMillis()
                  + " ms")
          : cause;
    }

    private void attempt(CompletableFuture<MachineBus> result) {
      try {
        MachineBus made = connect();
        synchronized (this) {
          present = made;
        }
        made.bus().closed().thenAccept(reason -> places.remove(container, this));
        result.complete(made);
      } catch (RuntimeException | Error e) {
        places.remove(container, this);
        result.completeExceptionally(e);
      }
    }

    private MachineBus connect() {
      Machine machine =
          machines
              .find(container)
              .orElseThrow(() ->
                  new BusException(
                      Machines.NO_SUCH_MACHINE, "container " + container + " does not run"));
      Optional<Cgroup> group = Cgroup.ofProcess(machine.leader());
      if (group.filter(Cgroup::isFrozen).isPresent()) {
        throw new BusException(PAUSED, "container " + container + " is paused");
      }
      long shift = machines.uidShift(container);
      try (Fd root = machines.openRoot(container)) {
        Bus bus = Bus.connect(reactor, BusAddress.inContainer(root, shift));
        requireSystemd(bus, machine.leader());
        return new MachineBus(
            container, bus, new Systemd(() -> bus), machine.leader(), shift, group);
      } catch (IOException e) {
        throw new BusException(
            NO_BUS, "container " + container + " has no D-Bus, or not yet: " + e.getMessage(), e);
      }
    }

    /**
     * Others than systemd have a D-Bus, too. A systemd takes a moment to come back to a bus that
     * was started again.
     */
    private void requireSystemd(Bus bus, int leader) {
      var end = System.nanoTime() + COMING_BACK.toNanos();
      var comes = isSystemd(leader);
      while (comes && bus.owner(Names.SYSTEMD).isEmpty() && System.nanoTime() < end) {
        LockSupport.parkNanos(LOOK_AGAIN.toNanos());
      }
      if (bus.owner(Names.SYSTEMD).isEmpty()) {
        bus.close();
        throw new BusException(NO_BUS, "container " + container + " has a D-Bus, but no systemd");
      }
    }
  }
}

package berth.agent.systemd;

import berth.agent.linux.Fd;
import berth.agent.linux.Reactor;
import berth.agent.systemd.dbus.Bus;
import berth.agent.systemd.dbus.BusAddress;
import berth.agent.systemd.dbus.BusException;
import berth.protocol.ContainerName;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The buses of the running containers, each connected to when it is first needed and kept until the
 * container, or its bus, goes away. Safe for use by many threads.
 */
public final class MachineBuses implements AutoCloseable {
  /** The error of a container that runs without a D-Bus, or whose bus is not up yet. */
  public static final String NO_BUS = "berth.NoBusInContainer";

  private final Reactor reactor;
  private final Machines machines;
  private final Map<ContainerName, Place> places = new ConcurrentHashMap<>();

  public MachineBuses(Reactor reactor, Machines machines) {
    this.reactor = reactor;
    this.machines = machines;
  }

  /**
   * The bus of a container.
   *
   * @throws BusException {@link Machines#NO_SUCH_MACHINE} where it does not run, {@link #NO_BUS}
   *     where it has no bus
   */
  public MachineBus open(ContainerName container) {
    return places.computeIfAbsent(container, Place::new).open();
  }

  @Override
  public void close() {
    places.values().forEach(Place::close);
  }

  /** Where one container's bus is kept; its lock keeps two from connecting at once. */
  private final class Place {
    private final ContainerName container;
    private MachineBus present;

    Place(ContainerName container) {
      this.container = container;
    }

    synchronized MachineBus open() {
      if (present == null || !present.bus().isOpen()) {
        present = connect();
        present.bus().closed().thenAccept(reason -> places.remove(container, this));
      }
      return present;
    }

    synchronized void close() {
      if (present != null) {
        present.bus().close();
      }
    }

    private MachineBus connect() {
      Machine machine =
          machines
              .find(container)
              .orElseThrow(() ->
                  new BusException(
                      Machines.NO_SUCH_MACHINE, "container " + container + " does not run"));
      long shift = machines.uidShift(container);
      try (Fd root = machines.openRoot(container)) {
        Bus bus = Bus.connect(reactor, BusAddress.inContainer(root, shift));
        return new MachineBus(container, bus, new Systemd(() -> bus), machine.leader(), shift);
      } catch (IOException e) {
        throw new BusException(
            NO_BUS, "container " + container + " has no D-Bus, or not yet: " + e.getMessage(), e);
      }
    }
  }
}

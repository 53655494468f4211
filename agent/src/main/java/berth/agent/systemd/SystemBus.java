package berth.agent.systemd;

import berth.agent.linux.Reactor;
import berth.agent.systemd.dbus.Bus;
import berth.agent.systemd.dbus.BusAddress;
import berth.agent.systemd.dbus.BusException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The host's system bus, connected to when it is first needed and again after it was lost. Whoever
 * listens to signals does it by {@link #onConnect}, so that it listens to the next connection too.
 */
public final class SystemBus implements Supplier<Bus>, AutoCloseable {
  private static final Logger LOG = System.getLogger(SystemBus.class.getName());
  private static final long RETRY_MILLISECONDS = 500;

  private final Reactor reactor;
  private final BusAddress address;
  private final List<Consumer<Bus>> hooks = new CopyOnWriteArrayList<>();
  private Bus bus;
  private boolean closed;

  public SystemBus(Reactor reactor) {
    this(reactor, BusAddress.system());
  }

  public SystemBus(Reactor reactor, BusAddress address) {
    this.reactor = reactor;
    this.address = address;
  }

  /** The connection as it is now; makes it where there is none. */
  @Override
  public Bus get() {
    Bus connected;
    synchronized (this) {
      if (bus != null && bus.isOpen()) {
        return bus;
      }
      if (closed) {
        throw new BusException(BusException.DISCONNECTED, "the agent is stopping");
      }
      connected = connect();
      bus = connected;
    }
    // Not on the caller's thread: who calls may hold what a hook waits for.
    hooks.forEach(hook -> Thread.startVirtualThread(() -> run(hook, connected)));
    return connected;
  }

  /**
   * Calls this with each connection: with the present one before the return, with a later one on a
   * thread of its own soon after the loss of the former.
   */
  public Bus.Subscription onConnect(Consumer<Bus> hook) {
    Bus present = get();
    hooks.add(hook);
    run(hook, present);
    return () -> hooks.remove(hook);
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (bus != null) {
      bus.close();
    }
  }

  private Bus connect() {
    try {
      Bus connected = Bus.connect(reactor, address);
      connected.closed().thenAccept(this::lost);
      return connected;
    } catch (IOException e) {
      throw new BusException(BusException.DISCONNECTED, "no system bus: " + e.getMessage(), e);
    }
  }

  private void lost(BusException reason) {
    if (isWanted()) {
      LOG.log(
          Level.WARNING, "the system bus was lost and is connected again: " + reason.getMessage());
      again();
    }
  }

  private void again() {
    if (!isWanted()) {
      return;
    }
    try {
      get();
    } catch (BusException e) {
      LOG.log(Level.WARNING, e.getMessage());
      later(this::again);
    }
  }

  private static void later(Runnable action) {
    CompletableFuture.delayedExecutor(
            RETRY_MILLISECONDS, TimeUnit.MILLISECONDS, Thread::startVirtualThread)
        .execute(action);
  }

  private synchronized boolean isWanted() {
    return !closed && !hooks.isEmpty();
  }

  /** Who could not listen is deaf; the next connection is its next chance. */
  private static void run(Consumer<Bus> hook, Bus bus) {
    try {
      hook.accept(bus);
    } catch (BusException e) {
      if (bus.isOpen()) {
        LOG.log(Level.ERROR, "systemd did not take a subscription; connecting again", e);
        later(bus::close);
      }
    }
  }
}

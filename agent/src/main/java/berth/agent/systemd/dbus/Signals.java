package berth.agent.systemd.dbus;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Hands signals to those who listen, one after the other in the order of their coming, on a virtual
 * thread that lives while there are any: a listener may block, and may call the bus.
 */
final class Signals {
  private static final Logger LOG = System.getLogger(Signals.class.getName());

  private final NameOwners owners;
  private final long mostBytes;
  private final Consumer<BusException> broken;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Queue<Message> queue = new ArrayDeque<>();
  private long queuedBytes;
  private boolean running;

  /**
   * @param mostBytes of signals that may wait for their listeners
   * @param broken is told when more wait, or when a signal is malformed
   */
  Signals(NameOwners owners, long mostBytes, Consumer<BusException> broken) {
    this.owners = owners;
    this.mostBytes = mostBytes;
    this.broken = broken;
  }

  /** One who listens; equal to nothing but itself. */
  static final class Listener {
    private final MatchRule rule;
    private final Consumer<Message> action;

    Listener(MatchRule rule, Consumer<Message> action) {
      this.rule = rule;
      this.action = action;
    }

    MatchRule rule() {
      return rule;
    }
  }

  void add(Listener listener) {
    listeners.add(listener);
  }

  void remove(Listener listener) {
    listeners.remove(listener);
  }

  /** Takes a signal; those that nobody listens to end here. */
  void accept(Message signal) {
    signal.close();
    if (listeners.stream().noneMatch(listener -> wants(listener, signal))) {
      return;
    }
    synchronized (queue) {
      if (queuedBytes + signal.size() > mostBytes) {
        throw new BusException(
            BusException.LIMITS_EXCEEDED, "signals come faster than they are heard");
      }
      queue.add(signal);
      queuedBytes += signal.size();
      if (!running) {
        running = true;
        Thread.ofVirtual().name("berth-signals").start(this::run);
      }
    }
  }

  private void run() {
    for (Message signal = next(null); signal != null; signal = next(signal)) {
      for (Listener listener : listeners) {
        if (wants(listener, signal)) {
          tell(listener, signal);
        }
      }
    }
  }

  private Message next(Message done) {
    synchronized (queue) {
      queuedBytes -= done == null ? 0 : done.size();
      Message next = queue.poll();
      running = next != null;
      return next;
    }
  }

  private void tell(Listener listener, Message signal) {
    try {
      listener.action.accept(signal);
    } catch (BusException e) {
      if (e.is(BusException.MALFORMED)) {
        broken.accept(e);
      } else {
        LOG.log(Level.WARNING, "the bus failed while " + signal + " was handled", e);
      }
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a defect in a listener to " + listener.rule, e);
    }
  }

  private boolean wants(Listener listener, Message signal) {
    return listener.rule.matches(signal.header(), owners::of);
  }
}

package berth.agent.systemd.dbus;

import berth.agent.linux.Reactor;
import berth.agent.linux.UnixSocket;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * A connection to a bus. It lives until it is closed or lost and is not used again then: all its
 * calls fail with {@link BusException#DISCONNECTED}, {@link #closed} tells, and the owner opens a
 * new one. Safe for use by many threads.
 */
public final class Bus implements AutoCloseable {
  private final BusAddress address;
  private final Connection connection;
  private final PendingCalls calls;
  private final Signals signals;
  private final NameOwners owners = new NameOwners();
  private final CompletableFuture<BusException> closed = new CompletableFuture<>();
  private String name = "";

  private Bus(Reactor reactor, BusAddress address, UnixSocket socket) {
    this.address = address;
    this.connection = new Connection(reactor, socket, address, this::received, this::lost);
    this.calls = new PendingCalls(connection::send);
    this.signals = new Signals(owners, 2L * address.maxMessage(), connection::close);
  }

  /** Connects, authenticates and says hello; takes some seconds at most. */
  public static Bus connect(Reactor reactor, BusAddress address) throws IOException {
    var bus = new Bus(reactor, address, address.endpoint().open());
    bus.connection.start();
    try {
      bus.name = bus.driver("Hello").string(0);
      return bus;
    } catch (BusException e) {
      bus.close();
      throw new IOException("the bus does not answer", e);
    }
  }

  /**
   * Calls a method. The future ends on a virtual thread, so what follows on it may block. It fails
   * with a {@link BusException}.
   */
  public CompletableFuture<Message> call(Call call) {
    Executor virtual = Thread::startVirtualThread;
    return calls.add(call, virtual);
  }

  /** Calls a method and waits for the reply. */
  public Message get(Call call) {
    return await(calls.add(call, Runnable::run));
  }

  /** What a future of ours comes to; its failure is thrown as it is. */
  public static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case BusException known -> throw known.again();
        case RuntimeException other -> throw other;
        case Throwable other -> throw new IllegalStateException(other);
      }
    } catch (InterruptedException e) {
      future.cancel(false);
      Thread.currentThread().interrupt();
      throw new BusException(BusException.NO_REPLY, "interrupted", e);
    }
  }

  /**
   * Listens to signals from now on: what is sent after the return is heard. Listeners of a bus are
   * called one at a time, in the order in which the signals came.
   */
  public Subscription listen(MatchRule rule, Consumer<Message> action) {
    owners.follow(this, rule.sender());
    var listener = new Signals.Listener(rule, action);
    signals.add(listener);
    try {
      driver("AddMatch", rule.toString());
    } catch (BusException e) {
      signals.remove(listener);
      throw e;
    }
    return () -> {
      signals.remove(listener);
      if (!closed.isDone()) {
        Call remove = driverCall("RemoveMatch").with("s", rule.toString());
        call(remove).exceptionally(failure -> null);
      }
    };
  }

  /** Somebody's listening; it ends with the close. */
  public interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  /** Who owns a well-known name at the moment, as its unique name; empty where nobody does. */
  public String owner(String wellKnown) {
    owners.follow(this, wellKnown);
    return owners.of(wellKnown);
  }

  /** Ends with the reason when the connection is lost or closed. */
  public CompletionStage<BusException> closed() {
    return closed.minimalCompletionStage();
  }

  /** Whether it is still connected, as far as is known. */
  public boolean isOpen() {
    return !closed.isDone();
  }

  /** Our own unique name. */
  public String name() {
    return name;
  }

  @Override
  public void close() {
    var reason = new BusException(BusException.DISCONNECTED, "the connection was closed");
    connection.close(reason);
    calls.close(reason);
  }

  @Override
  public String toString() {
    return "bus " + name + " " + address;
  }

  Message driver(String member, Object... text) {
    Call call = driverCall(member);
    return get(text.length == 0 ? call : call.with("s", text));
  }

  private static Call driverCall(String member) {
    return Call.of(NameOwners.DRIVER, NameOwners.DRIVER_PATH, NameOwners.DRIVER, member);
  }

  private void received(Message message) {
    switch (message.kind()) {
      case REPLY, ERROR -> calls.replied(message);
      case SIGNAL -> {
        owners.look(message);
        signals.accept(message);
      }
      case CALL -> message.close(); // we offer no objects; the bus tells the caller by a time-out
    }
  }

  private void lost(BusException reason) {
    calls.close(reason);
    Thread.startVirtualThread(() -> closed.complete(reason));
  }
}

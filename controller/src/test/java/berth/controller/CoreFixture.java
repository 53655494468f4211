package berth.controller;

import berth.controller.fleet.EventJournal;
import berth.controller.fleet.EventJournal.Retention;
import berth.controller.fleet.Fleet;
import berth.controller.operation.FakeLink;
import berth.controller.operation.OperationLedger;
import berth.controller.store.Database;
import berth.protocol.ByteSize;
import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.HostId;
import berth.protocol.state.ContainerState;
import berth.protocol.state.ContainerState.Limits;
import berth.protocol.state.ContainerState.Status;
import berth.protocol.state.HostFacts;
import berth.protocol.state.HostState;
import berth.protocol.state.Presence;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;

/** The core over a real database and a fake link, with a clock that stands still until told. */
public final class CoreFixture implements AutoCloseable {
  public static final HostId LAB1 = new HostId("lab1");
  public static final HostId LAB2 = new HostId("lab2");
  public static final ContainerName WEB = new ContainerName("web");

  public final Vertx vertx = Vertx.vertx();
  public final Context context = vertx.getOrCreateContext();
  public final MovableClock clock = new MovableClock();
  public final FakeLink link = new FakeLink();
  public final BlockingQueue<HostId> askedForState = new LinkedBlockingQueue<>();
  public volatile CommandId lastRequest;
  public final Database database;
  public final EventJournal journal;
  public final Fleet fleet;
  public final OperationLedger ledger;

  public CoreFixture(Path folder) {
    this(folder, Retention.DEFAULT);
  }

  public CoreFixture(Path folder, Retention retention) {
    database = Database.open(folder.resolve("berth.db"), context);
    journal = new EventJournal(database, clock, retention);
    fleet = new Fleet(database, journal, this::askForState, clock);
    ledger = new OperationLedger(database, fleet, journal, link, clock, context);
    await(fleet.load());
  }

  /** Does something on the core's context and waits for what comes of it. */
  public <T> T on(Supplier<Future<T>> call) {
    var promise = Promise.<T>promise();
    context.runOnContext(
        _ -> Future.succeededFuture().compose(_ -> call.get()).onComplete(promise));
    return await(promise.future());
  }

  /** The same for what has no result; what it set going on the context has happened as well. */
  public void run(Runnable call) {
    on(() -> {
      call.run();
      return Future.succeededFuture();
    });
  }

  public static <T> T await(Future<T> future) {
    return Blocking.await(future, Duration.ofSeconds(20));
  }

  private CommandId askForState(HostId host) {
    askedForState.add(host);
    lastRequest = CommandId.next();
    return lastRequest;
  }

  /** Lets a host come, as a live message. */
  public void come(HostId host) {
    on(() -> fleet.presence(presence(host, Presence.Status.ONLINE, 1, 1), false));
  }

  public static Presence presence(HostId host, Presence.Status status, long epoch, long nth) {
    return new Presence(host, status, "0.1.0", "boot", epoch, nth, Instant.EPOCH);
  }

  public static HostState state(HostId host, long epoch, long sequence, ContainerState... there) {
    return new HostState(
        host, epoch, sequence, Instant.EPOCH, facts(), List.of(), List.of(), List.of(there));
  }

  public static ContainerState container(ContainerName name, Status status) {
    return new ContainerState(
        name,
        status,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        "/var/lib/machines/" + name,
        Limits.NONE,
        Optional.empty(),
        "systemd-nspawn@" + name + ".service",
        Optional.empty(),
        true,
        Optional.empty());
  }

  private static HostFacts facts() {
    return new HostFacts(
        "Debian",
        "debian",
        "6.12",
        "x86_64",
        "257",
        "0.1.0",
        2,
        new ByteSize(1 << 30),
        "boot",
        Instant.EPOCH,
        List.of());
  }

  @Override
  public void close() {
    await(database.close());
    await(vertx.close());
  }
}

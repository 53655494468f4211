package berth.controller.operation;

import berth.controller.fleet.EventJournal;
import berth.controller.fleet.Fleet;
import berth.controller.model.OperationView;
import berth.controller.operation.TargetState.Pending;
import berth.controller.operation.TargetState.Queued;
import berth.controller.store.Database;
import berth.controller.store.Transaction;
import berth.protocol.BerthException;
import berth.protocol.CommandId;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.OperationId;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Sha256;
import berth.protocol.Wire;
import berth.protocol.command.Command.Repeat;
import berth.protocol.command.HostCommand.ReportOutcome;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Operations in the database. What people ask for comes in here and goes out to the hosts; what the
 * hosts answer comes in through {@link #replies}; what neither brings about, time does, in {@link
 * #tick}.
 */
public final class OperationLedger implements Operations {

  /** How long after a deadline a host's word that it began in time may still be on its way. */
  public static final Duration GRACE = Duration.ofSeconds(30);

  /** How long what became of an operation can be asked for. */
  public static final Duration RETENTION = Duration.ofDays(30);

  private static final Logger LOG = LoggerFactory.getLogger(OperationLedger.class);

  /** A host that is away for longer is asked when it connects. */
  private static final Duration OUTCOME_WANTED_FOR = Duration.ofMinutes(1);

  private static final int AT_ONCE = 500;

  private final Database database;
  private final Fleet fleet;
  private final Clock clock;
  private final Context context;
  private final HostLink link;
  private final Moves moves;
  private final Replies replies;
  private final Waiters waiters;
  private final CommandQueue queue;
  private final Cancellations cancellations;

  /**
   * A ledger that sends as soon as the link is connected.
   *
   * @param context the core's: where everything but the database's own work happens
   */
  public OperationLedger(
      Database database,
      Fleet fleet,
      EventJournal journal,
      HostLink link,
      Clock clock,
      Context context) {
    this.database = database;
    this.fleet = fleet;
    this.clock = clock;
    this.context = context;
    this.link = link;
    this.moves = new Moves(database, journal);
    this.replies = new Replies(moves);
    this.waiters = new Waiters(context, this::get);
    this.queue = new CommandQueue(database, clock, link, new Sending());
    this.cancellations = new Cancellations(database, clock, link);
    moves.onChange(waiters::changed);
    link.whenConnected(this::connected);
  }

  /** Where the hosts' answers go. */
  public Replies replies() {
    return replies;
  }

  @Override
  public Future<OperationView> submit(OperationRequest request) {
    for (var target : request.targets()) {
      if (!fleet.knows(target.host())) {
        return Future.failedFuture(fleet.unknown(target.host()));
      }
    }
    var commands = commands(request);
    return database
        .write(tx -> written(tx, request, commands))
        .map(view -> {
          if (view.id().equals(commands.getFirst().operation())) {
            commands.forEach(moves::submitted);
            commands.forEach(queue::add);
          }
          return view;
        });
  }

  @Override
  public Future<OperationView> get(OperationId id) {
    return database.read(tx -> view(tx, id));
  }

  @Override
  public Future<List<OperationView>> list(
      int limit, Optional<OperationId> before, Optional<OperationView.State> state) {
    return database.read(tx -> OperationRows.list(tx, limit, before, state, fleet::online));
  }

  @Override
  public Future<OperationView> await(OperationId id, long after, Duration wait) {
    var promise = Promise.<OperationView>promise();
    context.runOnContext(_ -> waiters.await(id, after, wait).onComplete(promise));
    return promise.future();
  }

  @Override
  public Future<OperationView> cancel(OperationId id, String reason) {
    var problem = new Problem(ProblemCode.CANCELLED, "cancelled before it was sent: " + reason);
    return moves
        .write(step -> {
          for (var target : OperationStore.unfinished(step.tx(), id)) {
            OperationStore.wantCancelled(step.tx(), target.envelope().id(), reason);
            if (target.state() instanceof Queued queued) {
              step.move(target, queued.withdraw(clock.instant(), problem));
            }
          }
          return view(step.tx(), id);
        })
        .map(view -> {
          view.targets().forEach(target -> queue.withdraw(target.command()));
          cancellations.send();
          return view;
        });
  }

  /**
   * A host has connected: sends it once more what the broker took and it never accepted, because
   * the broker may have lost that. What must not run twice is left alone, since the host may have
   * lost its memory as well. What it has accepted it is asked about, because its answer, or its
   * memory of the command, may be lost; what shall be cancelled there it is told again.
   */
  public void hostConnected(HostId host) {
    askForOutcomes(Optional.of(host));
    cancellations.sendAgain(host);
    database
        .read(tx -> OperationStore.sentTo(tx, host, clock.instant(), AT_ONCE))
        .onSuccess(commands ->
            commands.stream()
                .filter(command -> command.command().repeat() == Repeat.IDEMPOTENT)
                .forEach(queue::again));
  }

  /** Asks one host, or all, about what was accepted and not answered. */
  private void askForOutcomes(Optional<HostId> host) {
    database
        .read(tx -> OperationStore.accepted(tx, host, AT_ONCE))
        .onSuccess(commands -> commands.forEach(this::askForOutcome));
  }

  private void askForOutcome(Envelope command) {
    var now = clock.instant();
    var request =
        new Envelope(
            CommandId.next(),
            command.operation(),
            command.host(),
            now,
            now.plus(OUTCOME_WANTED_FOR),
            new ReportOutcome(command.id(), command.operation()));
    link.send(request)
        .onFailure(failure ->
            LOG.warn(
                "host={} command={} its outcome was not asked for: {}",
                command.host(),
                command.id(),
                failure.getMessage()));
  }

  /** Ends what waited for a reader that the last run of the controller had. */
  public Future<Void> endAbandonedStreams() {
    return database
        .read(OperationStore::streaming)
        .compose(abandoned ->
            Future.join(
                abandoned.stream()
                    .map(id -> cancel(id, "the controller was restarted while it ran"))
                    .toList()))
        .mapEmpty();
  }

  /** What is to be done every second or so. */
  public Future<Void> tick() {
    if (link.connected()) {
      send();
    }
    return expireOverdue();
  }

  /** Forgets what ended long ago. */
  public Future<Void> sweep() {
    return database
        .write(tx -> OperationStore.forget(tx, clock.instant().minus(RETENTION), AT_ONCE))
        .compose(swept -> swept < AT_ONCE ? Future.succeededFuture() : sweep());
  }

  void watch(TargetWatcher watcher) {
    moves.watch(watcher);
  }

  /** What was said while this controller did not listen may be lost. */
  private void connected() {
    send();
    askForOutcomes(Optional.empty());
  }

  private void send() {
    if (queue.paused()) {
      queue.resume();
    }
    cancellations.send();
  }

  private Future<Void> expireOverdue() {
    var before = clock.instant().minus(GRACE);
    return database
        .read(tx -> OperationStore.overdue(tx, before, 1))
        .compose(some -> some.isEmpty() ? Future.succeededFuture() : expire(before));
  }

  private Future<Void> expire(Instant before) {
    return moves
        .write(step -> {
          var overdue = OperationStore.overdue(step.tx(), before, AT_ONCE);
          for (var target : overdue) {
            if (target.state() instanceof Pending pending) {
              step.move(target, pending.expire(clock.instant(), silence(target)));
              endWithoutAReader(step.tx(), target.envelope());
            }
          }
          return overdue.size();
        })
        .compose(expired -> expired < AT_ONCE ? Future.succeededFuture() : expire(before));
  }

  /** Should it have begun after all, nobody reads what it writes, and it would wait for ever. */
  private static void endWithoutAReader(Transaction tx, Envelope command) {
    if (Commands.streamed(command.command())) {
      OperationStore.wantCancelled(tx, command.id(), "nobody waits for it any more");
    }
  }

  private String silence(Target target) {
    var host = target.envelope().host();
    if (target.state() instanceof Queued) {
      return "the deadline passed before the command could be sent to host " + host;
    }
    return fleet.online(host)
        ? "host " + host + " is online but did not begin before the deadline"
        : "host " + host + " was offline until the deadline had passed";
  }

  private List<Envelope> commands(OperationRequest request) {
    var id = OperationId.next();
    var now = clock.instant();
    var deadline = now.plus(request.deadline());
    return request.targets().stream()
        .map(t -> new Envelope(CommandId.next(), id, t.host(), now, deadline, t.command()))
        .toList();
  }

  private OperationView written(Transaction tx, OperationRequest request, List<Envelope> commands) {
    var digest = digest(request);
    var earlier = request.idempotencyKey().flatMap(key -> OperationStore.earlier(tx, key));
    if (earlier.isPresent()) {
      if (!earlier.get().request().equals(digest)) {
        throw new BerthException(
            ProblemCode.CONFLICT,
            "the idempotency key belongs to another request",
            "take a new key for a new request; the other one is " + earlier.get().id());
      }
      return view(tx, earlier.get().id());
    }
    var kind = Wire.kind(request.targets().getFirst().command().getClass());
    OperationStore.insert(tx, request, digest, kind, commands);
    return view(tx, commands.getFirst().operation());
  }

  /** Equal for equal requests: the order of a map differs from one run of the JVM to the next. */
  private static byte[] sorted(OperationRequest request) {
    try {
      return Wire.json()
          .writer()
          .with(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .writeValueAsBytes(request);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a request that can't be written", e);
    }
  }

  private static String digest(OperationRequest request) {
    try {
      return Sha256.of(MessageDigest.getInstance("SHA-256").digest(sorted(request))).hex();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private OperationView view(Transaction tx, OperationId id) {
    return OperationRows.view(tx, id, fleet::online)
        .orElseThrow(() -> new BerthException(ProblemCode.NOT_FOUND, "no operation " + id));
  }

  /** What becomes of a command on its way out. */
  private final class Sending implements CommandQueue.Outcomes {
    @Override
    public Future<Void> sent(Envelope command) {
      return move(command, Queued::sent);
    }

    @Override
    public Future<Void> refused(Envelope command, BerthException why) {
      return move(command, queued -> queued.withdraw(clock.instant(), why.problem()));
    }

    private Future<Void> move(Envelope command, Function<Queued, TargetState> next) {
      return moves.write(step -> {
        OperationStore.target(step.tx(), command.id())
            .filter(target -> target.state() instanceof Queued)
            .ifPresent(target -> step.move(target, next.apply((Queued) target.state())));
        return null;
      });
    }
  }
}

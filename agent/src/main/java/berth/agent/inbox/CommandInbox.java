package berth.agent.inbox;

import berth.agent.dispatch.Accepted;
import berth.agent.journal.Journal;
import berth.agent.journal.Journal.Known;
import berth.agent.report.Replies;
import berth.protocol.Bytes;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.mqtt.Received;
import berth.protocol.reply.Reply;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of a command into the agent: read, known already?, still in time?, written to the
 * journal, and only then acknowledged and run. Messages are taken in their order; where the journal
 * can't be written they wait, unacknowledged, and are tried again.
 */
public final class CommandInbox {
  /** Counts what became of messages. */
  public interface Counts {
    /** One message came to this: {@code accepted}, {@code duplicate}, {@code expired} ... */
    void counted(String verdict);
  }

  private static final Logger LOG = LoggerFactory.getLogger(CommandInbox.class);
  private static final int BATCH = 64;
  private static final long RETRY_MILLIS = 2000;

  private final Vertx vertx;
  private final Context context;
  private final HostId host;
  private final Journal journal;
  private final Replies replies;
  private final Consumer<Accepted> dispatch;
  private final Counts counts;
  private final InstantSource clock;
  private final ArrayDeque<Received> waiting = new ArrayDeque<>();
  private boolean writing;
  private boolean stopped;

  /** Counts the connections, so that a message is not tried again beside its next delivery. */
  private int connection;

  public CommandInbox(
      Vertx vertx,
      HostId host,
      Journal journal,
      Replies replies,
      Consumer<Accepted> dispatch,
      Counts counts,
      InstantSource clock) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.host = host;
    this.journal = journal;
    this.replies = replies;
    this.dispatch = dispatch;
    this.counts = counts;
    this.clock = clock;
  }

  /**
   * Brings back what was under way when the agent died: runs it again, or ends it where it must not
   * run twice. To be called once, before the first message.
   */
  public void recover() {
    for (var unfinished : journal.unfinished()) {
      switch (Incoming.read(host, unfinished.envelope())) {
        case Incoming.Understood(var envelope, _) ->
            dispatch.accept(new Accepted(envelope, unfinished.acceptedAt(), unfinished.attempt()));
        case Incoming.Refused(var header, var problem) -> giveUp(header, problem);
        case Incoming.Unreadable(var problem) ->
            LOG.error("command={} in the journal is no command: {}", unfinished.id(), problem);
      }
    }
  }

  /** Takes a message of the command topic. */
  public void received(Received message) {
    context.runOnContext(_ -> {
      if (!stopped) {
        waiting.add(message);
        work();
      }
    });
  }

  /** The connection is lost: what it brought and was not acknowledged comes again with the next. */
  public void disconnected() {
    context.runOnContext(_ -> {
      connection++;
      waiting.clear();
    });
  }

  /** Takes no more; what waits stays with the broker. */
  public void stop() {
    context.runOnContext(_ -> {
      stopped = true;
      waiting.clear();
    });
  }

  private void work() {
    if (!writing && !waiting.isEmpty()) {
      writing = true;
      process(next());
    }
  }

  private List<Received> next() {
    var batch = new ArrayList<Received>();
    while (batch.size() < BATCH && !waiting.isEmpty()) {
      batch.add(waiting.poll());
    }
    return batch;
  }

  /** A batch is one commit; its messages are acknowledged and run once that is durable. */
  private void process(List<Received> batch) {
    var incoming =
        batch.stream()
            .map(message -> Incoming.read(host, Bytes.of(message.payload().getBytes())))
            .toList();
    var written = journal.write(page -> incoming.stream().map(one -> decide(page, one)).toList());
    Future.fromCompletionStage(written, context)
        .onSuccess(verdicts -> settle(batch, verdicts))
        .onFailure(_ -> tryAgain(batch));
  }

  private Verdict decide(Journal.Page page, Incoming incoming) {
    return switch (incoming) {
      case Incoming.Understood(var envelope, var raw) -> decide(page, envelope, raw);
      case Incoming.Refused(var header, var problem) -> turnAway(page, header, problem);
      case Incoming.Unreadable(var problem) -> new Verdict.Dropped(problem);
    };
  }

  private Verdict decide(Journal.Page page, Envelope envelope, Bytes raw) {
    return switch (page.known(envelope.id())) {
      case Known.Answered(var reply) -> {
        replies.send(page, reply);
        yield new Verdict.AnsweredBefore();
      }
      case Known.Running() -> {
        replies.send(page, envelope.id(), envelope.operation(), new Reply.Accepted());
        yield new Verdict.StillRunning();
      }
      case Known.Unseen() -> decideOnNew(page, envelope, raw);
    };
  }

  private Verdict decideOnNew(Journal.Page page, Envelope envelope, Bytes raw) {
    var now = clock.instant();
    if (now.isAfter(envelope.deadline())) {
      var header =
          new Envelope.Header(
              envelope.id(), envelope.operation(), envelope.host(), envelope.deadline());
      return turnAway(page, header, expired(envelope));
    }
    page.accept(envelope.id(), now, envelope.deadline(), raw);
    replies.send(page, envelope.id(), envelope.operation(), new Reply.Accepted());
    return new Verdict.Taken(new Accepted(envelope, now, 1));
  }

  private static Problem expired(Envelope envelope) {
    return new Problem(
        ProblemCode.EXPIRED,
        "the command came to the host after its deadline " + envelope.deadline());
  }

  private Verdict turnAway(Journal.Page page, Envelope.Header header, Problem problem) {
    replies.send(page, header.id(), header.operation(), new Reply.Failed(problem));
    return new Verdict.TurnedAway(header, problem);
  }

  private void settle(List<Received> batch, List<Verdict> verdicts) {
    batch.forEach(Received::acknowledge);
    replies.sent();
    for (var verdict : verdicts) {
      counts.counted(verdict.label());
      switch (verdict) {
        case Verdict.Taken(var accepted) -> dispatch.accept(accepted);
        case Verdict.TurnedAway(var header, var problem) ->
            LOG.warn("command={} refused: {}", header.id(), problem.message());
        case Verdict.Dropped(var problem) ->
            LOG.warn("a message that is no command was dropped: {}", problem.message());
        case Verdict.StillRunning _, Verdict.AnsweredBefore _ -> {}
      }
    }
    writing = false;
    work();
  }

  private void tryAgain(List<Received> batch) {
    counts.counted("journal_failed");
    var failedIn = connection;
    vertx.setTimer(
        RETRY_MILLIS,
        _ -> {
          writing = false;
          if (failedIn == connection && !stopped) {
            batch.reversed().forEach(waiting::addFirst);
          }
          work();
        });
  }

  private void giveUp(Envelope.Header header, Problem problem) {
    LOG.error("command={} in the journal can't be run: {}", header.id(), problem.message());
    var interrupted =
        new Problem(
            ProblemCode.INTERRUPTED,
            "the agent was replaced by one that does not know this command: " + problem.message());
    replies.finished(header.id(), header.operation(), new Reply.Failed(interrupted));
  }
}

package berth.controller.operation;

import berth.controller.operation.TargetState.Ended;
import berth.controller.operation.TargetState.Failed;
import berth.controller.operation.TargetState.Presumed;
import berth.controller.operation.TargetState.Succeeded;
import berth.protocol.Envelope;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.reply.Result.ProcessResult;
import berth.protocol.stream.Input.OutputCredit;
import berth.protocol.stream.Output;
import berth.protocol.stream.Output.OutputChunk;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The output of one running program on its way to its reader: put in order, each piece once, and no
 * more of it in memory than was allowed to come. For the core's context alone.
 */
final class ProgramOutput {

  /** What an output needs from around it. */
  interface Surroundings {
    /** Sends to the host; a failure to do so may be ignored, see {@link #resend}. */
    void send(OutputCredit credit);

    /** Wants the operation ended. */
    void cancel(String reason);

    /** Everything was read, or nobody will read it: this object is of no use any more. */
    void done(Optional<OutputReader> reader, Optional<Problem> missing);
  }

  /**
   * How long is waited.
   *
   * @param reader for somebody to read
   * @param chunks for the chunks that a program is known to have sent before it ended
   * @param rest for what may be under way where it is not known how many chunks there are
   */
  record Patience(Duration reader, Duration chunks, Duration rest) {
    static final Patience DEFAULT =
        new Patience(Duration.ofMinutes(1), Duration.ofSeconds(30), Duration.ofSeconds(1));
  }

  private static final Logger LOG = LoggerFactory.getLogger(ProgramOutput.class);
  private static final int WINDOW = Output.INITIAL_CREDIT;

  private final Envelope command;
  private final Context context;
  private final Patience patience;
  private final Surroundings surroundings;
  private final TreeMap<Long, OutputChunk> buffer = new TreeMap<>();
  private Optional<OutputReader> reader = Optional.empty();
  private Optional<Ended> outcome = Optional.empty();
  private boolean abandoned;
  private boolean delivering;
  private boolean finished;
  private long delivered;
  private long credit = Output.INITIAL_CREDIT;
  private long timer;

  ProgramOutput(Envelope command, Context context, Patience patience, Surroundings surroundings) {
    this.command = command;
    this.context = context;
    this.patience = patience;
    this.surroundings = surroundings;
    setTimer(patience.reader(), this::nobodyCame);
  }

  Envelope command() {
    return command;
  }

  /** Starts to hand on what has come and comes; false where somebody reads or has read already. */
  boolean attach(OutputReader newReader) {
    if (reader.isPresent() || abandoned) {
      return false;
    }
    reader = Optional.of(newReader);
    cancelTimer();
    outcome.ifPresent(_ -> waitForRest());
    deliver();
    return true;
  }

  /** The reader goes away. */
  void detach() {
    if (!finished && !abandoned) {
      abandon("its reader went away");
    }
  }

  void chunk(OutputChunk chunk) {
    if (chunk.sequence() <= delivered || abandoned || finished) {
      return;
    }
    if (chunk.sequence() > credit) {
      LOG.warn("host={} command={} sent more than it may", command.host(), command.id());
      return;
    }
    buffer.putIfAbsent(chunk.sequence(), chunk);
    deliver();
  }

  void ended(Ended how) {
    outcome = Optional.of(how);
    if (abandoned) {
      finish(Optional.empty());
    } else if (reader.isPresent()) {
      waitForRest();
      deliver();
    }
  }

  /** Repeats how much may be sent, since that may have got lost. */
  void resend() {
    if (credit > Output.INITIAL_CREDIT && !abandoned) {
      surroundings.send(new OutputCredit(credit));
    }
  }

  private void deliver() {
    if (delivering || finished || reader.isEmpty()) {
      return;
    }
    var next = buffer.remove(delivered + 1);
    if (next == null) {
      finishWhereComplete();
      return;
    }
    delivering = true;
    Future.succeededFuture()
        .compose(_ -> reader.get().chunk(next))
        .onComplete(taken -> context.runOnContext(_ -> delivered(taken.succeeded())));
  }

  private void delivered(boolean taken) {
    delivering = false;
    if (!taken) {
      detach();
      return;
    }
    delivered++;
    var moreToCome = outcome.isEmpty() || sent().filter(chunks -> credit < chunks).isPresent();
    if (moreToCome && delivered + WINDOW - credit >= WINDOW / 4) {
      credit = delivered + WINDOW;
      surroundings.send(new OutputCredit(credit));
    }
    deliver();
  }

  private void finishWhereComplete() {
    if (sent().filter(chunks -> delivered >= chunks).isPresent()) {
      finish(Optional.empty());
    }
  }

  /** How many chunks there are, where that is known. */
  private Optional<Long> sent() {
    return outcome.flatMap(how ->
        switch (how) {
          case Succeeded done ->
              Optional.of(done.result() instanceof ProcessResult process ? process.chunks() : 0L);
          case Failed _, Presumed _ -> Optional.empty();
        });
  }

  private void waitForRest() {
    var before = delivered;
    cancelTimer();
    setTimer(sent().isPresent() ? patience.chunks() : patience.rest(), () -> restIsLate(before));
  }

  private void restIsLate(long before) {
    if (delivering || delivered > before) {
      waitForRest();
      return;
    }
    var complete = sent().isEmpty() && buffer.isEmpty();
    finish(complete ? Optional.empty() : Optional.of(missing()));
  }

  private Problem missing() {
    var known = sent().map(chunks -> " of " + chunks).orElse("");
    return new Problem(
        ProblemCode.UNAVAILABLE,
        "output is missing after piece " + delivered + known + " of what the program wrote",
        "the outcome has the last of it");
  }

  private void nobodyCame() {
    if (outcome.isPresent()) {
      finish(Optional.empty());
    } else {
      abandon("nobody read its output for " + patience.reader().toSeconds() + " seconds");
    }
  }

  private void abandon(String reason) {
    abandoned = true;
    buffer.clear();
    cancelTimer();
    if (outcome.isPresent()) {
      reader = Optional.empty();
      finish(Optional.empty());
    } else {
      surroundings.cancel(reason);
    }
  }

  private void finish(Optional<Problem> missing) {
    if (!finished) {
      finished = true;
      cancelTimer();
      buffer.clear();
      surroundings.done(abandoned ? Optional.empty() : reader, missing);
    }
  }

  private void setTimer(Duration delay, Runnable action) {
    timer =
        context
            .owner()
            .setTimer(
                Math.max(1, delay.toMillis()),
                fired -> {
                  if (fired == timer && !finished) {
                    action.run();
                  }
                });
  }

  private void cancelTimer() {
    context.owner().cancelTimer(timer);
    timer = -1;
  }
}

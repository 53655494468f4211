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
   * @param grace for the reader of a terminal to come back after it was cut off
   */
  record Patience(Duration reader, Duration chunks, Duration rest, Duration grace) {
    static final Patience DEFAULT =
        new Patience(Duration.ofMinutes(1), Duration.ofSeconds(30), Duration.ofSeconds(1));

    Patience(Duration reader, Duration chunks, Duration rest) {
      this(reader, chunks, rest, Duration.ofSeconds(10));
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(ProgramOutput.class);
  private static final int WINDOW = Output.INITIAL_CREDIT;

  private final Envelope command;
  private final Context context;
  private final Patience patience;
  private final Surroundings surroundings;
  private final TreeMap<Long, OutputChunk> buffer = new TreeMap<>();
  private final KeptOutput kept = new KeptOutput();
  private Optional<OutputReader> reader = Optional.empty();
  private Optional<Ended> outcome = Optional.empty();
  private boolean abandoned;
  private boolean keeping;
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
    keeping = false;
    cancelTimer();
    var lost = kept.takeLost();
    if (lost > 0) {
      newReader.missed(lost);
    }
    outcome.ifPresent(_ -> waitForRest());
    deliver();
    return true;
  }

  /** The reader goes away for good. */
  void detach(OutputReader leaving) {
    if (isReading(leaving)) {
      if (Commands.kept(command.command())) {
        leave();
        keepWhatComes();
      } else {
        abandon("its reader went away");
      }
    }
  }

  /** The reader was cut off; that of a terminal may come back, and the program waits for it. */
  void lost(OutputReader leaving) {
    var waits = Commands.onTerminal(command.command()) && !Commands.kept(command.command());
    if (isReading(leaving) && waits) {
      leave();
      setTimer(patience.grace(), () -> abandon("the connection to its terminal was lost"));
    } else {
      detach(leaving);
    }
  }

  private boolean isReading(OutputReader one) {
    return !finished && !abandoned && reader.filter(one::equals).isPresent();
  }

  private void leave() {
    reader = Optional.empty();
    delivering = false;
    cancelTimer();
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
    } else if (keeping) {
      setTimer(patience.reader(), this::nobodyCame);
    }
  }

  /** Repeats how much may be sent, since that may have got lost. */
  void resend() {
    if (credit > Output.INITIAL_CREDIT && !abandoned) {
      surroundings.send(new OutputCredit(credit));
    }
  }

  private void deliver() {
    if (keeping) {
      keepWhatComes();
    }
    if (delivering || finished || reader.isEmpty()) {
      return;
    }
    var next = kept.first() == null ? buffer.get(delivered + 1) : kept.first();
    if (next == null) {
      finishWhereComplete();
      return;
    }
    delivering = true;
    var to = reader.get();
    Future.succeededFuture()
        .compose(_ -> to.chunk(next))
        .onComplete(taken -> context.runOnContext(_ -> delivered(to, next, taken.succeeded())));
  }

  /** What a reader did not take is the next one's. */
  private void delivered(OutputReader to, OutputChunk chunk, boolean taken) {
    if (!isReading(to)) {
      return;
    }
    delivering = false;
    if (!taken) {
      lost(to);
      return;
    }
    if (!kept.take(chunk)) {
      buffer.remove(chunk.sequence());
      delivered++;
      allowMore();
    }
    deliver();
  }

  /** Nobody reads, and the program goes on nevertheless. */
  private void keepWhatComes() {
    keeping = true;
    for (var next = buffer.remove(delivered + 1);
        next != null;
        next = buffer.remove(delivered + 1)) {
      kept.add(next);
      delivered++;
      allowMore();
    }
  }

  private void allowMore() {
    var moreToCome = outcome.isEmpty() || sent().filter(chunks -> credit < chunks).isPresent();
    if (moreToCome && delivered + WINDOW - credit >= WINDOW / 4) {
      credit = delivered + WINDOW;
      surroundings.send(new OutputCredit(credit));
    }
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
    } else if (Commands.kept(command.command())) {
      keepWhatComes();
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

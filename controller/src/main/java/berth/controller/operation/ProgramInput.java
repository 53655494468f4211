package berth.controller.operation;

import berth.protocol.BerthException;
import berth.protocol.Bytes;
import berth.protocol.ProblemCode;
import berth.protocol.Signal;
import berth.protocol.WindowSize;
import berth.protocol.stream.Input;
import berth.protocol.stream.Input.ProgramSignal;
import berth.protocol.stream.Input.Resize;
import berth.protocol.stream.Input.StdinChunk;
import berth.protocol.stream.Input.StdinEnd;
import berth.protocol.stream.Output;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The standard input of one running program on its way there: numbered, at the pace that the host
 * allows, and sent again where it may have got lost. The writer's side is for any thread, the rest
 * for the core's context alone.
 */
final class ProgramInput implements InputWriter {
  private static final int MOST_CONTROLS = 16;

  /** A piece that waits for its turn; the last piece of a write completes that. */
  private record Piece(Function<Long, Input> message, boolean needsCredit, Promise<Void> sent) {}

  private final Context context;
  private final Function<Input, Future<Void>> send;
  private final Runnable cancel;
  private final Deque<Piece> waiting = new ArrayDeque<>();
  private final TreeMap<Long, Input> unacknowledged = new TreeMap<>();
  private final Deque<Function<Long, Input>> waitingControls = new ArrayDeque<>();
  private final TreeMap<Long, Input> unacknowledgedControls = new TreeMap<>();
  private boolean taken;
  private boolean ended;
  private boolean closed;

  /** Whether something may be lost that is not sent again yet. */
  private boolean broken;

  private long sequence;
  private long controls;
  private long credit;

  /**
   * An input that sends nothing before the host allows it.
   *
   * @param send sends to the host; done when the broker has it
   * @param cancel ends the program, which would wait for ever
   */
  ProgramInput(Context context, Function<Input, Future<Void>> send, Runnable cancel) {
    this.context = context;
    this.send = send;
    this.cancel = cancel;
  }

  /** Makes the caller the one writer; false where there is one. */
  boolean take() {
    var free = !taken;
    taken = true;
    return free;
  }

  /** The host allows pieces up to and with a number. */
  void credit(long through) {
    credit = Math.max(credit, through);
    waitingControls.forEach(this::control);
    waitingControls.clear();
    pump();
  }

  /** Sends again whatever the broker may not have, and only then what comes after it. */
  void resend() {
    broken = false;
    List.copyOf(unacknowledged.entrySet()).forEach(e -> transmit(e.getKey(), e.getValue()));
    List.copyOf(unacknowledgedControls.entrySet())
        .forEach(e -> transmitControl(e.getKey(), e.getValue()));
    pump();
  }

  /** The program has its outcome and reads no more. */
  void ended() {
    ended = true;
    unacknowledged.clear();
    unacknowledgedControls.clear();
    waitingControls.clear();
    waiting.forEach(piece -> piece.sent().fail(over()));
    waiting.clear();
  }

  @Override
  public Future<Void> write(Bytes data) {
    var pieces = new ArrayList<Piece>();
    for (var from = 0; from < data.length(); from += Output.CHUNK_BYTES) {
      var to = Math.min(data.length(), from + Output.CHUNK_BYTES);
      var part = Bytes.of(Arrays.copyOfRange(data.array(), from, to));
      pieces.add(new Piece(number -> new StdinChunk(number, part), true, Promise.promise()));
    }
    return pieces.isEmpty() ? Future.succeededFuture() : add(pieces);
  }

  @Override
  public Future<Void> end() {
    return add(List.of(new Piece(StdinEnd::new, false, Promise.promise())));
  }

  @Override
  public void broken() {
    context.runOnContext(_ -> {
      if (!ended && !closed) {
        closed = true;
        cancel.run();
      }
    });
  }

  @Override
  public void resize(WindowSize size) {
    context.runOnContext(_ -> control(number -> new Resize(number, size)));
  }

  @Override
  public void signal(Signal signal) {
    context.runOnContext(_ -> control(number -> new ProgramSignal(number, signal)));
  }

  @Override
  public void release() {
    context.runOnContext(_ -> taken = false);
  }

  /** A host that has given no credit yet has not begun, and would drop it: then only few wait. */
  private void control(Function<Long, Input> message) {
    if (ended) {
      return;
    }
    if (credit == 0) {
      if (waitingControls.size() == MOST_CONTROLS) {
        waitingControls.remove();
      }
      waitingControls.add(message);
      return;
    }
    controls++;
    var numbered = message.apply(controls);
    unacknowledgedControls.put(controls, numbered);
    if (unacknowledgedControls.size() > MOST_CONTROLS) {
      unacknowledgedControls.pollFirstEntry();
    }
    transmitControl(controls, numbered);
  }

  private void transmitControl(long number, Input message) {
    send.apply(message).onSuccess(_ -> unacknowledgedControls.remove(number));
  }

  private Future<Void> add(List<Piece> pieces) {
    var last = pieces.getLast();
    context.runOnContext(_ -> {
      if (ended) {
        last.sent().fail(over());
      } else if (closed) {
        last.sent().fail(new BerthException(ProblemCode.CONFLICT, "the input was closed"));
      } else {
        closed = !last.needsCredit();
        waiting.addAll(pieces);
        pump();
      }
    });
    return last.sent().future();
  }

  private void pump() {
    while (!broken && !waiting.isEmpty() && mayGo(waiting.peek())) {
      var piece = waiting.poll();
      sequence++;
      var message = piece.message().apply(sequence);
      unacknowledged.put(sequence, message);
      transmit(sequence, message);
      piece.sent().complete();
    }
  }

  /** The end needs no room there, but somebody who listens: the first credit tells of that. */
  private boolean mayGo(Piece piece) {
    return piece.needsCredit() ? sequence < credit : credit > 0;
  }

  private void transmit(long number, Input message) {
    send.apply(message).onSuccess(_ -> unacknowledged.remove(number)).onFailure(_ -> broken = true);
  }

  private static BerthException over() {
    return new BerthException(ProblemCode.CONFLICT, "the program has ended and reads no input");
  }
}

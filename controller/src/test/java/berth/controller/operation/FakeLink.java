package berth.controller.operation;

import berth.protocol.BerthException;
import berth.protocol.CommandId;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.ProblemCode;
import berth.protocol.stream.Input;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A link that keeps what it is given, or fails as told. */
public final class FakeLink implements HostLink {
  private final BlockingQueue<Envelope> commands = new LinkedBlockingQueue<>();
  private final BlockingQueue<Input> inputs = new LinkedBlockingQueue<>();
  private final List<Runnable> actions = new ArrayList<>();
  private volatile Optional<ProblemCode> failing = Optional.of(ProblemCode.UNAVAILABLE);

  /** From now on everything fails so. */
  public void fail(ProblemCode code) {
    failing = Optional.of(code);
  }

  /** From now on everything is taken. */
  public void connect() {
    failing = Optional.empty();
    actions.forEach(Runnable::run);
  }

  /** The next command that was taken. */
  public Envelope command() {
    return next(commands);
  }

  /** The next input that was taken. */
  public Input input() {
    return next(inputs);
  }

  /** Commands that were taken and not asked for. */
  public List<Envelope> rest() {
    var rest = new ArrayList<Envelope>();
    commands.drainTo(rest);
    return rest;
  }

  /** Inputs that were taken and not asked for. */
  public List<Input> restOfInputs() {
    var rest = new ArrayList<Input>();
    inputs.drainTo(rest);
    return rest;
  }

  @Override
  public Future<Void> send(Envelope command) {
    return taken(commands, command);
  }

  @Override
  public Future<Void> send(HostId host, CommandId command, Input input) {
    return taken(inputs, input);
  }

  @Override
  public void whenConnected(Runnable action) {
    actions.add(action);
  }

  @Override
  public boolean connected() {
    return failing.isEmpty();
  }

  private <T> Future<Void> taken(BlockingQueue<T> queue, T message) {
    if (failing.isPresent()) {
      return Future.failedFuture(new BerthException(failing.get(), "the fake fails"));
    }
    queue.add(message);
    return Future.succeededFuture();
  }

  private static <T> T next(BlockingQueue<T> queue) {
    try {
      var next = queue.poll(20, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("nothing was sent");
      }
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}

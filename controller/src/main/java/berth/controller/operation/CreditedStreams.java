package berth.controller.operation;

import berth.controller.model.OperationView;
import berth.controller.operation.ProgramOutput.Patience;
import berth.controller.operation.TargetState.Ended;
import berth.protocol.BerthException;
import berth.protocol.CommandId;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.OperationId;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.stream.Input.OutputCredit;
import berth.protocol.stream.Output;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams of all running programs, at most so much of each in memory as credit allows. They
 * live as long as the process does: what ran when the controller died is ended by its successor.
 */
public final class CreditedStreams implements ProcessStreams {

  /** A command that has output or input, and not been forgotten. */
  private record Program(
      Envelope command, Optional<ProgramOutput> output, Optional<ProgramInput> input) {}

  private static final Logger LOG = LoggerFactory.getLogger(CreditedStreams.class);

  private final Context context;
  private final OperationLedger ledger;
  private final HostLink link;
  private final Patience patience;
  private final Map<CommandId, Program> byCommand = new HashMap<>();
  private final Map<OperationId, Program> byOperation = new HashMap<>();

  /** Streams for what is submitted to the ledger from now on. */
  public CreditedStreams(Context context, OperationLedger ledger, HostLink link) {
    this(context, ledger, link, Patience.DEFAULT);
  }

  CreditedStreams(Context context, OperationLedger ledger, HostLink link, Patience patience) {
    this.context = context;
    this.ledger = ledger;
    this.link = link;
    this.patience = patience;
    ledger.watch(new Life());
    link.whenConnected(this::resend);
  }

  /** Takes what a host sent about a running program. For the core's context alone. */
  public void output(HostId host, CommandId command, Output output) {
    var program = byCommand.get(command);
    if (program == null || !program.command().host().equals(host)) {
      LOG.debug("host={} command={} sent output that nobody waits for", host, command);
      return;
    }
    switch (output) {
      case Output.OutputChunk chunk -> program.output().ifPresent(o -> o.chunk(chunk));
      case Output.InputCredit(var through) -> program.input().ifPresent(i -> i.credit(through));
    }
  }

  @Override
  public Future<Attachment> attach(OperationId id, OutputReader reader) {
    return onContext(() -> {
      var output = Optional.ofNullable(byOperation.get(id)).flatMap(Program::output);
      if (output.isEmpty()) {
        return nothing(id, "output");
      }
      if (!output.get().attach(reader)) {
        return conflict("the output of operation " + id + " has a reader or had one");
      }
      return Future.succeededFuture(new Hold(output.get(), reader));
    });
  }

  @Override
  public Future<InputWriter> input(OperationId id) {
    return onContext(() -> {
      var input = Optional.ofNullable(byOperation.get(id)).flatMap(Program::input);
      if (input.isEmpty()) {
        return nothing(id, "input");
      }
      return input.get().take()
          ? Future.succeededFuture(input.get())
          : conflict("the input of operation " + id + " has a writer or had one");
    });
  }

  /** One reader's place at an output. */
  private final class Hold implements Attachment {
    private final ProgramOutput output;
    private final OutputReader reader;

    Hold(ProgramOutput output, OutputReader reader) {
      this.output = output;
      this.reader = reader;
    }

    @Override
    public void detach() {
      context.runOnContext(_ -> output.detach(reader));
    }

    @Override
    public void lost() {
      context.runOnContext(_ -> output.lost(reader));
    }
  }

  /** Why there is nothing to read or write. */
  private <T> Future<T> nothing(OperationId id, String what) {
    return ledger
        .get(id)
        .compose(view ->
            Future.failedFuture(
                view.state() == OperationView.State.RUNNING
                    ? new BerthException(ProblemCode.INVALID, "operation " + id + " has no " + what)
                    : new BerthException(
                        ProblemCode.NOT_FOUND,
                        "operation " + id + " has ended, and its " + what + " is gone")));
  }

  private static <T> Future<T> conflict(String message) {
    return Future.failedFuture(new BerthException(ProblemCode.CONFLICT, message));
  }

  private <T> Future<T> onContext(Supplier<Future<T>> call) {
    var promise = Promise.<T>promise();
    context.runOnContext(_ -> call.get().onComplete(promise));
    return promise.future();
  }

  private void resend() {
    for (var program : List.copyOf(byCommand.values())) {
      program.output().ifPresent(ProgramOutput::resend);
      program.input().ifPresent(ProgramInput::resend);
    }
  }

  private void forget(Program program) {
    byCommand.remove(program.command().id());
    byOperation.remove(program.command().operation());
  }

  /** Begins and ends with the commands. */
  private final class Life implements TargetWatcher {
    @Override
    public void submitted(Envelope command) {
      var output =
          Optional.of(command)
              .filter(c -> Commands.streamed(c.command()))
              .map(c -> new ProgramOutput(c, context, patience, new Place(c)));
      var input =
          Optional.of(command)
              .filter(c -> Commands.takesInput(c.command()))
              .map(c ->
                  new ProgramInput(
                      context,
                      i -> link.send(c.host(), c.id(), i),
                      () -> new Place(c).cancel("its input broke off")));
      if (output.isPresent() || input.isPresent()) {
        var program = new Program(command, output, input);
        byCommand.put(command.id(), program);
        byOperation.put(command.operation(), program);
      }
    }

    @Override
    public void ended(Envelope command, Ended outcome) {
      var program = byCommand.get(command.id());
      if (program != null) {
        program.input().ifPresent(ProgramInput::ended);
        program.output().ifPresentOrElse(o -> o.ended(outcome), () -> forget(program));
      }
    }
  }

  /** What one output needs from around it. */
  private final class Place implements ProgramOutput.Surroundings {
    private final Envelope command;

    Place(Envelope command) {
      this.command = command;
    }

    @Override
    public void send(OutputCredit credit) {
      link.send(command.host(), command.id(), credit)
          .onFailure(failure ->
              LOG.info("command={} credit not sent: {}", command.id(), failure.getMessage()));
    }

    @Override
    public void cancel(String reason) {
      ledger
          .cancel(command.operation(), reason)
          .onFailure(failure -> LOG.error("command={} not cancelled", command.id(), failure));
    }

    @Override
    public void done(Optional<OutputReader> reader, Optional<Problem> missing) {
      forget(byCommand.get(command.id()));
      reader.ifPresent(
          r -> ledger.get(command.operation()).onSuccess(view -> end(r, missing, view)));
    }

    private void end(OutputReader reader, Optional<Problem> missing, OperationView view) {
      missing.ifPresentOrElse(problem -> reader.broken(problem, view), () -> reader.end(view));
    }
  }
}

package berth.controller.cli;

import berth.controller.model.OperationView;
import berth.controller.model.TargetView;
import berth.protocol.BerthException;
import berth.protocol.OperationId;
import berth.protocol.ProblemCode;
import berth.protocol.reply.Result;
import berth.protocol.state.ContainerState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Follows operations to their end and tells how they ended, also across a controller's restart. */
final class Operation {
  private static final int POLL_SECONDS = 30;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Invocation invocation;
  private final ApiClient api;

  Operation(Invocation invocation, ApiClient api) {
    this.invocation = invocation;
    this.api = api;
  }

  /** A deadline option as the query parameter it becomes, with the separator before it. */
  static String deadline(Invocation invocation, String separator) {
    return invocation
        .<Duration>option("--deadline")
        .map(span -> separator + "deadline=" + span)
        .orElse("");
  }

  /** Asks for what is to be done with one thing. */
  @FunctionalInterface
  interface Submitting<T> {
    OperationView of(T thing) throws IOException;
  }

  /**
   * Asks for something for each of some things and waits for all the outcomes: one that is refused
   * hides no other.
   *
   * @param many whether they are a list to scripts
   * @return the worst status of all
   */
  <T> int each(List<T> things, boolean many, Submitting<T> submit)
      throws IOException, InterruptedException {
    var submitted = new ArrayList<OperationView>();
    var status = ExitCode.DONE;
    for (var thing : things) {
      try {
        submitted.add(submit.of(thing));
      } catch (BerthException e) {
        if (e.problem().code() == ProblemCode.UNAVAILABLE && submitted.isEmpty()) {
          throw e; // no controller: the others would fare no better
        }
        Problems.print(invocation.terminal(), thing.toString(), e.problem());
        status = ExitCode.worst(status, ExitCode.of(e.problem()));
      }
    }
    return submitted.isEmpty() ? status : ExitCode.worst(status, finish(submitted, many));
  }

  /** Waits for operations that were submitted, prints their outcomes, answers the worst status. */
  int finish(List<OperationView> submitted) throws IOException, InterruptedException {
    return finish(submitted, submitted.size() != 1);
  }

  /** The same; to scripts they are a list also where one alone came of what may be many. */
  int finish(List<OperationView> submitted, boolean many) throws IOException, InterruptedException {
    if (invocation.flag("--no-wait")) {
      return report(submitted, many, false);
    }
    var ended = new ArrayList<OperationView>();
    try (var interrupt = Interrupt.then(() -> tellThatTheyGoOn(submitted))) {
      for (var operation : submitted) {
        ended.add(await(operation));
      }
      interrupt.done();
    }
    return report(ended, many, true);
  }

  /** Waits for one operation's end. */
  OperationView await(OperationView operation) throws IOException, InterruptedException {
    var current = operation;
    try (var progress = new Progress(invocation.terminal(), invocation.quiet())) {
      while (current.state() == OperationView.State.RUNNING) {
        current = poll(current, progress);
        describe(current, progress);
      }
    }
    return current;
  }

  /** The status that an ended operation's targets add up to: the worst of all. */
  static int status(OperationView operation) {
    return operation.targets().stream()
        .flatMap(target -> target.problem().stream())
        .mapToInt(ExitCode::of)
        .reduce(ExitCode.DONE, ExitCode::worst);
  }

  private OperationView poll(OperationView current, Progress progress)
      throws IOException, InterruptedException {
    var giveUp = Instant.now().plus(PATIENCE);
    while (true) {
      try {
        return get(current.id(), current.revision());
      } catch (BerthException e) {
        if (e.problem().code() != ProblemCode.UNAVAILABLE || Instant.now().isAfter(giveUp)) {
          throw e;
        }
      } catch (IOException e) {
        if (Instant.now().isAfter(giveUp)) {
          throw e;
        }
      }
      progress.show("the controller is away, waiting for it");
      Thread.sleep(PAUSE);
    }
  }

  private OperationView get(OperationId id, long revision) throws IOException {
    return api.get(
        "operations/" + id + "?wait=" + POLL_SECONDS + "&after=" + revision, OperationView.class);
  }

  private static void describe(OperationView operation, Progress progress) {
    operation.targets().stream()
        .filter(target -> !target.state().finished())
        .findFirst()
        .ifPresent(target -> progress.show(operation.summary() + ": " + doing(target)));
  }

  /** What a target without an outcome is doing, in a few words. */
  static String doing(TargetView target) {
    return switch (target.state()) {
      case QUEUED -> "waiting for the broker";
      case SENT ->
          target.hostOnline()
              ? "sent to " + target.host()
              : target.host()
                  + " is offline; the command waits for it until "
                  + Times.local(target.deadline());
      case ACCEPTED ->
          target.hostOnline()
              ? target.progress().map(Operation::progress).orElse("running")
              : target.host() + " is offline; its answer comes when it is back";
      case SUCCEEDED, FAILED -> "ended";
    };
  }

  private static String progress(berth.protocol.reply.Reply.Progress progress) {
    return progress.fraction().map(f -> Math.round(f * 100) + "% ").orElse("") + progress.text();
  }

  private int report(List<OperationView> operations, boolean many, boolean ended)
      throws IOException {
    if (invocation.json()) {
      invocation.print(many ? operations : operations.getFirst());
    }
    var status = ExitCode.DONE;
    for (var operation : operations) {
      if (!invocation.json()) {
        tell(operation, ended);
      }
      status = ExitCode.worst(status, status(operation));
    }
    return status;
  }

  private void tell(OperationView operation, boolean ended) {
    var terminal = invocation.terminal();
    if (!ended) {
      terminal.out().println(operation.summary() + ": operation " + operation.id());
      return;
    }
    for (var target : operation.targets()) {
      target
          .problem()
          .ifPresentOrElse(
              problem -> Problems.print(terminal, operation.summary(), problem),
              () -> {
                terminal.out().println(outcome(operation, target));
                warn(target);
              });
    }
  }

  void warn(TargetView target) {
    if (target.result().orElse(null) instanceof Result.CopyResult copied) {
      copied.warnings().forEach(this::warn);
    }
    if (target.result().orElse(null) instanceof Result.ContainerResult(var container)) {
      container.warnings().forEach(this::warn);
    }
    if (target.result().orElse(null) instanceof Result.ImportResult imported) {
      imported.warnings().forEach(this::warn);
      imported.container().warnings().forEach(this::warn);
    }
  }

  private void warn(String warning) {
    invocation.terminal().err().println("warning: " + Problems.printable(warning));
  }

  private static String outcome(OperationView operation, TargetView target) {
    var result = target.result().orElseGet(Result.Done::new);
    return switch (result) {
      case Result.ContainerResult(var container) -> outcome(target, container);
      case Result.ImportResult imported -> outcome(target, imported.container());
      case Result.ImageResult(var image) ->
          target.host() + " has image " + image.name() + image.os().map(os -> ": " + os).orElse("");
      case Result.CopyResult copied ->
          operation.summary()
              + ": "
              + copied.entries()
              + (copied.entries() == 1 ? " entry, " : " entries, ")
              + copied.size()
              + ", sha256:"
              + copied.sha256();
      case Result.SnapshotResult(var container, var snapshot) ->
          target.host() + "/" + container + " has snapshot " + snapshot.name();
      case Result.RemovalResult removed ->
          operation.summary()
              + ": done, with "
              + removed.snapshots()
              + (removed.snapshots() == 1 ? " snapshot" : " snapshots");
      case Result.Done _,
          Result.ProcessResult _,
          Result.InspectionResult _,
          Result.SnapshotsResult _ ->
          operation.summary() + ": done";
    };
  }

  private static String outcome(TargetView target, ContainerState container) {
    return target.host()
        + "/"
        + container.name()
        + " is "
        + Views.word(container.status())
        + (container.addresses().isEmpty()
            ? ""
            : " at " + String.join(", ", container.addresses()));
  }

  private void tellThatTheyGoOn(List<OperationView> operations) {
    for (var operation : operations) {
      invocation
          .terminal()
          .err()
          .println(
              "\n"
                  + operation.summary()
                  + " goes on; see 'berth operation show "
                  + operation.id()
                  + "'");
    }
    invocation.terminal().err().flush();
  }
}

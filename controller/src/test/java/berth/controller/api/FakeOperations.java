package berth.controller.api;

import berth.controller.model.OperationView;
import berth.controller.model.TargetView;
import berth.controller.operation.OperationRequest;
import berth.controller.operation.Operations;
import berth.protocol.BerthException;
import berth.protocol.CommandId;
import berth.protocol.OperationId;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.reply.Reply;
import berth.protocol.reply.Result;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what was submitted; a test moves the operations on. Nothing passes by itself. */
final class FakeOperations implements Operations {
  static final Instant THEN = Instant.parse("2026-11-23T18:00:00Z");

  final List<OperationRequest> submitted = new CopyOnWriteArrayList<>();

  /** What operations come to at once; empty where a test moves them on. */
  volatile Optional<Result> outcome = Optional.empty();

  private final Map<OperationId, OperationView> views = new HashMap<>();
  private final Map<OperationId, List<Promise<OperationView>>> waiting = new HashMap<>();

  @Override
  public synchronized Future<OperationView> submit(OperationRequest request) {
    submitted.add(request);
    for (var target : request.targets()) {
      if (!target.host().value().startsWith("lab")) {
        return Future.failedFuture(
            new BerthException(ProblemCode.NOT_FOUND, "there is no host " + target.host()));
      }
    }
    var view =
        new OperationView(
            OperationId.next(),
            Wire.kind(request.targets().getFirst().command().getClass()),
            request.summary(),
            outcome.isPresent() ? OperationView.State.SUCCEEDED : OperationView.State.RUNNING,
            1,
            THEN,
            Optional.empty(),
            request.targets().stream()
                .map(target -> outcome.map(o -> ended(target, o)).orElseGet(() -> target(target)))
                .toList());
    views.put(view.id(), view);
    return Elsewhere.done(view);
  }

  /** Moves an operation on by a revision. */
  synchronized OperationView move(OperationId id, OperationView.State state) {
    var old = views.get(id);
    var finished =
        state == OperationView.State.RUNNING ? Optional.<Instant>empty() : Optional.of(THEN);
    var view =
        new OperationView(
            id,
            old.kind(),
            old.summary(),
            state,
            old.revision() + 1,
            old.created(),
            finished,
            old.targets());
    views.put(id, view);
    Optional.ofNullable(waiting.remove(id))
        .ifPresent(promises -> promises.forEach(promise -> promise.tryComplete(view)));
    return view;
  }

  synchronized int waiters(OperationId id) {
    return waiting.getOrDefault(id, List.of()).size();
  }

  @Override
  public synchronized Future<OperationView> get(OperationId id) {
    return views.containsKey(id)
        ? Elsewhere.done(views.get(id))
        : Future.failedFuture(
            new BerthException(ProblemCode.NOT_FOUND, "there is no operation " + id));
  }

  @Override
  public synchronized Future<List<OperationView>> list(
      int limit, Optional<OperationId> before, Optional<OperationView.State> state) {
    return Elsewhere.done(
        views.values().stream()
            .filter(view -> before.isEmpty() || view.id().compareTo(before.get()) < 0)
            .filter(view -> state.isEmpty() || view.state() == state.get())
            .sorted((a, b) -> b.id().compareTo(a.id()))
            .limit(limit)
            .toList());
  }

  @Override
  public synchronized Future<OperationView> await(OperationId id, long after, Duration wait) {
    var view = views.get(id);
    if (view.revision() > after || view.state() != OperationView.State.RUNNING) {
      return Elsewhere.done(view);
    }
    var promise = Promise.<OperationView>promise();
    waiting.computeIfAbsent(id, _ -> new ArrayList<>()).add(promise);
    return promise.future();
  }

  @Override
  public synchronized Future<OperationView> cancel(OperationId id, String reason) {
    return get(id).map(_ -> move(id, OperationView.State.FAILED));
  }

  private static TargetView ended(OperationRequest.Target target, Result result) {
    return new TargetView(
        CommandId.next(),
        target.host(),
        Optional.empty(),
        TargetView.State.SUCCEEDED,
        THEN.plus(Duration.ofMinutes(10)),
        Optional.of(THEN),
        Optional.of(THEN),
        Optional.empty(),
        Optional.of(result),
        Optional.empty(),
        true);
  }

  /** A target with something in every field, for the sake of the schema. */
  private static TargetView target(OperationRequest.Target target) {
    return new TargetView(
        CommandId.next(),
        target.host(),
        Optional.of(FakeFleet.web().name()),
        TargetView.State.ACCEPTED,
        THEN.plus(Duration.ofMinutes(10)),
        Optional.of(THEN),
        Optional.of(THEN),
        Optional.of(new Reply.Progress("unpacking", Optional.of(0.5))),
        Optional.of(new Result.ContainerResult(FakeFleet.web())),
        Optional.of(new Problem(ProblemCode.FAILED, "exit 1", "look").withLog(List.of("no space"))),
        true);
  }
}

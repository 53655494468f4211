package berth.controller.operation;

import berth.controller.model.OperationView;
import berth.protocol.OperationId;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Those who wait for a change of an operation. However many they are and however fast it changes,
 * it is read once at a time for all of them. For the core's context alone.
 */
final class Waiters {
  private final Context context;
  private final Function<OperationId, Future<OperationView>> read;
  private final Map<OperationId, Watch> watches = new HashMap<>();

  Waiters(Context context, Function<OperationId, Future<OperationView>> read) {
    this.context = context;
    this.read = read;
  }

  /** The view as soon as it is newer than {@code after} or final, at the latest after a while. */
  Future<OperationView> await(OperationId id, long after, Duration wait) {
    var waiter = new Waiter(after);
    var watch = watches.computeIfAbsent(id, Watch::new);
    watch.waiters.add(waiter);
    waiter.timer =
        context.owner().setTimer(Math.max(1, wait.toMillis()), _ -> watch.timeOver(waiter));
    watch.look();
    return waiter.promise.future();
  }

  /** The operation has changed. */
  void changed(OperationId id) {
    var watch = watches.get(id);
    if (watch != null) {
      watch.look();
    }
  }

  private static final class Waiter {
    private final long after;
    private final Promise<OperationView> promise = Promise.promise();
    private long timer;
    private boolean overdue;

    Waiter(long after) {
      this.after = after;
    }

    boolean satisfied(OperationView view) {
      return overdue || view.revision() > after || view.state() != OperationView.State.RUNNING;
    }
  }

  private final class Watch {
    private final OperationId id;
    private final List<Waiter> waiters = new ArrayList<>();
    private boolean looking;
    private boolean again;

    Watch(OperationId id) {
      this.id = id;
    }

    void timeOver(Waiter waiter) {
      waiter.overdue = true;
      look();
    }

    void look() {
      if (looking) {
        again = true;
        return;
      }
      looking = true;
      read.apply(id).onSuccess(this::seen).onFailure(this::failed);
    }

    private void seen(OperationView view) {
      looking = false;
      var satisfied = waiters.stream().filter(waiter -> waiter.satisfied(view)).toList();
      waiters.removeAll(satisfied);
      forgetIfIdle();
      satisfied.forEach(waiter -> end(waiter).complete(view));
      if (again && !waiters.isEmpty()) {
        again = false;
        look();
      }
    }

    private void failed(Throwable failure) {
      looking = false;
      var all = List.copyOf(waiters);
      waiters.clear();
      forgetIfIdle();
      all.forEach(waiter -> end(waiter).fail(failure));
    }

    private void forgetIfIdle() {
      if (waiters.isEmpty()) {
        watches.remove(id);
      }
    }

    private Promise<OperationView> end(Waiter waiter) {
      context.owner().cancelTimer(waiter.timer);
      return waiter.promise;
    }
  }
}

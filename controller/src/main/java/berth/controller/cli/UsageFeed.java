package berth.controller.cli;

import berth.controller.model.OperationView;
import berth.protocol.BerthException;
import berth.protocol.HostId;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.state.UsageSample;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** The newest samples of what containers use, of each host that is watched. */
final class UsageFeed {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** How long a host may take to begin, beside its first interval. */
  private static final Duration FIRST_WORD = Duration.ofSeconds(10);

  private final Invocation invocation;
  private final Map<String, Object> request;
  private final Duration patience;
  private final List<Watched> hosts = new ArrayList<>();
  private final Lock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int status = ExitCode.DONE;

  /**
   * @param request how to watch, as the API's {@code Watch}
   */
  UsageFeed(Invocation invocation, Map<String, Object> request) {
    this.invocation = invocation;
    this.request = request;
    this.patience = ((Duration) request.get("interval")).multipliedBy(2);
  }

  /** Begins to watch a host. */
  void add(HostId host) {
    var watched = new Watched(host);
    hosts.add(watched);
    Thread.ofPlatform().daemon().name("top-" + host).start(() -> follow(watched));
  }

  /**
   * Waits until each host has told something new, though not for long for one that does not. One
   * that did not even begin is told of, and not waited for again before it does. False at the end
   * of all.
   */
  boolean awaitNext() throws InterruptedException {
    lock.lock();
    try {
      var left = hosts.stream().anyMatch(Watched::isNew) ? firstWord() : patience.toNanos();
      while (hosts.stream().anyMatch(Watched::isAwaited)) {
        if (left <= 0) {
          hosts.stream().filter(Watched::isNew).forEach(this::giveUp);
          if (hosts.stream().anyMatch(host -> host.fresh)) {
            break;
          }
        }
        left = changed.awaitNanos(left > 0 ? left : TimeUnit.SECONDS.toNanos(1));
      }
      var news = hosts.stream().anyMatch(host -> host.fresh);
      hosts.forEach(host -> host.fresh = false);
      return news;
    } finally {
      lock.unlock();
    }
  }

  private long firstWord() {
    return FIRST_WORD.plus(patience).toNanos();
  }

  private void giveUp(Watched host) {
    host.silent = true;
    status = status == ExitCode.DONE ? ExitCode.BERTH : status;
    var seconds = TimeUnit.NANOSECONDS.toSeconds(firstWord());
    tell(
        host,
        new Problem(
            ProblemCode.UNAVAILABLE,
            "nothing was heard from it within " + seconds + " s; it is left out",
            "berth host ls"));
  }

  /** What the hosts told last; nothing of one that is out of reach by now. */
  List<TopCommand.Row> rows() {
    lock.lock();
    try {
      var rows = new ArrayList<TopCommand.Row>();
      for (var host : hosts) {
        host.sample.ifPresent(
            sample -> sample.containers().forEach(c -> rows.add(new TopCommand.Row(host.name, c))));
      }
      return rows;
    } finally {
      lock.unlock();
    }
  }

  /** The exit status of the first host that failed. */
  int status() {
    lock.lock();
    try {
      return status;
    } finally {
      lock.unlock();
    }
  }

  /** Goes on after a controller or an agent was started anew, unless an end was asked for. */
  private void follow(Watched host) {
    try {
      while (true) {
        var ended = attempt(host);
        var problem = ended.flatMap(UsageFeed::problem);
        if (ended.isPresent() && problem.filter(UsageFeed::passes).isEmpty()) {
          problem.ifPresent(p -> tell(host, p));
          end(host, Operation.status(ended.get()));
          return;
        }
        change(() -> host.sample = Optional.empty());
        Thread.sleep(PAUSE);
      }
    } catch (BerthException e) {
      tell(host, e.problem());
      end(host, ExitCode.of(e.problem()));
    } catch (IOException e) {
      tell(host, new Problem(ProblemCode.UNAVAILABLE, e.toString()));
      end(host, ExitCode.BERTH);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      end(host, ExitCode.FAILED);
    }
  }

  private Optional<OperationView> attempt(Watched host) throws IOException {
    var api = invocation.api();
    try {
      var operation = api.post("hosts/" + host.name + "/usage", request, OperationView.class);
      host.begun = true;
      var lines = new ByteArrayOutputStream();
      return new OutputFollower(invocation, api)
          .followWhole(
              operation,
              chunk -> {
                for (var b : chunk.data().array()) {
                  if (b == '\n') {
                    take(host, Wire.read(lines.toByteArray(), UsageSample.class));
                    lines.reset();
                  } else {
                    lines.write(b);
                  }
                }
              });
    } catch (BerthException e) {
      if (!host.begun) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private void take(Watched host, UsageSample sample) {
    change(() -> {
      host.sample = Optional.of(sample);
      host.fresh = true;
      host.told = true;
      host.silent = false;
    });
  }

  private void end(Watched host, int how) {
    change(() -> {
      host.ended = true;
      status = status == ExitCode.DONE ? how : status;
    });
  }

  private void change(Runnable what) {
    lock.lock();
    try {
      what.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void tell(Watched host, Problem problem) {
    Problems.print(invocation.terminal(), "top " + host.name, problem);
  }

  private static boolean passes(Problem problem) {
    return problem.code() == ProblemCode.INTERRUPTED || problem.code() == ProblemCode.UNAVAILABLE;
  }

  private static Optional<Problem> problem(OperationView ended) {
    return ended.targets().stream().flatMap(target -> target.problem().stream()).findFirst();
  }

  /** One host, and what it told last. */
  private static final class Watched {
    private final HostId name;
    private Optional<UsageSample> sample = Optional.empty();
    private boolean fresh;
    private boolean ended;
    private boolean begun;
    private boolean told;
    private boolean silent;

    Watched(HostId name) {
      this.name = name;
    }

    boolean isAwaited() {
      return !fresh && !ended && !silent;
    }

    boolean isNew() {
      return !told && !ended && !silent;
    }
  }
}

package berth.agent.dispatch;

import berth.protocol.CommandId;
import berth.protocol.reply.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The run of one accepted command, from its place in a lane to its last reply. */
final class Run implements Job {
  private static final Logger LOG = LoggerFactory.getLogger(Run.class);

  /** People read no faster than this. */
  private static final Duration BETWEEN_PROGRESS = Duration.ofMillis(200);

  private final Accepted accepted;
  private final Route route;
  private final Consumer<Reply.Progress> onProgress;
  private final List<Runnable> cancelActions = new ArrayList<>();
  private boolean cancelled;
  private long lastProgress = System.nanoTime() - BETWEEN_PROGRESS.toNanos();

  /** Whether a feature has it; belongs to the dispatcher's context, as the next one does. */
  boolean started;

  boolean finished;

  Run(Accepted accepted, Route route, Consumer<Reply.Progress> onProgress) {
    this.accepted = accepted;
    this.route = route;
    this.onProgress = onProgress;
  }

  Accepted accepted() {
    return accepted;
  }

  String address() {
    return route.address();
  }

  Set<String> lanes() {
    return route.lanes();
  }

  /** Whether it may not begin any more; one that had begun before a crash goes on. */
  boolean expired(Instant now) {
    return attempt() == 1 && now.isAfter(accepted.envelope().deadline());
  }

  /** Tells the feature to end it, on the calling thread. Once is enough. */
  void cancel() {
    List<Runnable> actions;
    synchronized (this) {
      cancelled = true;
      actions = List.copyOf(cancelActions);
      cancelActions.clear();
    }
    actions.forEach(this::runSafely);
  }

  @Override
  public CommandId id() {
    return accepted.id();
  }

  @Override
  public Instant acceptedAt() {
    return accepted.at();
  }

  @Override
  public int attempt() {
    return accepted.attempt();
  }

  @Override
  public void progress(String text, Optional<Double> fraction) {
    synchronized (this) {
      var now = System.nanoTime();
      if (now - lastProgress < BETWEEN_PROGRESS.toNanos()) {
        return;
      }
      lastProgress = now;
    }
    onProgress.accept(new Reply.Progress(text, fraction));
  }

  @Override
  public synchronized boolean cancelled() {
    return cancelled;
  }

  @Override
  public void onCancel(Runnable action) {
    synchronized (this) {
      if (!cancelled) {
        cancelActions.add(action);
        return;
      }
    }
    runSafely(action);
  }

  private void runSafely(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      LOG.error("command={} a defect in how it is cancelled", id(), e);
    }
  }
}

package berth.agent.dispatch;

import berth.protocol.CommandId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A job that a test cancels by hand; it keeps the progress that it was told. */
public final class FakeJob implements Job {
  private final CommandId id = CommandId.next();
  private final Instant acceptedAt = Instant.now();
  private final int attempt;
  private final List<Runnable> actions = new ArrayList<>();
  private boolean cancelled;

  /** What was told, oldest first. */
  public final List<String> progress = new CopyOnWriteArrayList<>();

  public FakeJob() {
    this(1);
  }

  public FakeJob(int attempt) {
    this.attempt = attempt;
  }

  /** Cancels it, on the calling thread. */
  public void cancel() {
    List<Runnable> now;
    synchronized (this) {
      cancelled = true;
      now = List.copyOf(actions);
      actions.clear();
    }
    now.forEach(Runnable::run);
  }

  @Override
  public CommandId id() {
    return id;
  }

  @Override
  public Instant acceptedAt() {
    return acceptedAt;
  }

  @Override
  public int attempt() {
    return attempt;
  }

  @Override
  public void progress(String text, Optional<Double> fraction) {
    progress.add(text);
  }

  @Override
  public synchronized boolean cancelled() {
    return cancelled;
  }

  @Override
  public void onCancel(Runnable action) {
    synchronized (this) {
      if (!cancelled) {
        actions.add(action);
        return;
      }
    }
    action.run();
  }
}

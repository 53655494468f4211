package berth.agent.systemd;

import berth.agent.systemd.dbus.Bus;
import berth.agent.systemd.dbus.BusException;
import berth.agent.systemd.dbus.Call;
import berth.agent.systemd.dbus.MatchRule;
import berth.agent.systemd.dbus.Message;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The jobs that we wait for on one connection. systemd names a job in its reply and tells the
 * result in a signal, and the two may be seen in either order.
 */
final class Jobs {
  /** So many jobs end at most between a reply and our seeing it. */
  private static final int MOST_ENDED = 256;

  private static final int LONGEST_PATH = 255;

  private final Bus bus;

  /** The jobs that ended last, as the signal may be seen before the reply that names its job. */
  private final Map<String, JobResult> ended = new LinkedHashMap<>();

  private final Set<Wait> waits = ConcurrentHashMap.newKeySet();

  Jobs(Bus bus) {
    this.bus = bus;
    MatchRule rule =
        MatchRule.from(Names.SYSTEMD)
            .path(Names.SYSTEMD_PATH)
            .on(Names.MANAGER)
            .member("JobRemoved");
    bus.listen(rule, this::removed);
    bus.closed().thenAccept(reason -> waits.forEach(wait -> wait.fail(reason)));
  }

  /** Makes a call whose reply names a job; ends when the job has ended. */
  CompletableFuture<JobResult> run(Call call) {
    var wait = new Wait();
    waits.add(wait);
    bus.call(call)
        .thenAccept(reply -> wait.named(reply.objectPath(0).value()))
        .exceptionally(wait::fail);
    if (!bus.isOpen()) {
      wait.fail(new BusException(BusException.DISCONNECTED, "the connection was lost"));
    }
    return wait.result.whenComplete((result, failure) -> waits.remove(wait));
  }

  private void removed(Message signal) {
    String job = signal.objectPath(1).value();
    if (waits.isEmpty() || job.length() > LONGEST_PATH) {
      return;
    }
    JobResult result = JobResult.of(signal.string(3));
    synchronized (ended) {
      ended.put(job, result);
      if (ended.size() > MOST_ENDED) {
        ended.remove(ended.keySet().iterator().next());
      }
      waits.forEach(wait -> wait.removed(job, result));
    }
  }

  private final class Wait {
    private final CompletableFuture<JobResult> result = new CompletableFuture<>();
    private String job;

    void named(String path) {
      synchronized (ended) {
        job = path;
        removed(path, ended.get(path));
      }
    }

    /** Under the lock; null where it has not ended. */
    void removed(String path, JobResult how) {
      if (how != null && path.equals(job)) {
        result.complete(how);
      }
    }

    Void fail(Throwable reason) {
      Throwable cause =
          reason instanceof java.util.concurrent.CompletionException e ? e.getCause() : reason;
      result.completeExceptionally(cause);
      return null;
    }
  }
}

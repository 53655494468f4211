package berth.agent.systemd;

import berth.agent.systemd.dbus.Bus;
import berth.agent.systemd.dbus.BusException;
import berth.agent.systemd.dbus.Call;
import berth.agent.systemd.dbus.MatchRule;
import berth.agent.systemd.dbus.Message;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The jobs that we wait for on one connection. systemd names a job in its reply and tells the
 * result in a signal, and the two may be seen in either order.
 */
final class Jobs {
  private final Bus bus;
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
    if (waits.isEmpty()) {
      return;
    }
    String job = signal.objectPath(1).value();
    JobResult result = JobResult.of(signal.string(3));
    waits.forEach(wait -> wait.removed(job, result));
  }

  private static final class Wait {
    private final CompletableFuture<JobResult> result = new CompletableFuture<>();
    private final Map<String, JobResult> removed = new HashMap<>();
    private String job;

    synchronized void named(String path) {
      job = path;
      if (removed.containsKey(path)) {
        result.complete(removed.get(path));
      }
    }

    synchronized void removed(String path, JobResult how) {
      if (job == null) {
        removed.put(path, how);
      } else if (job.equals(path)) {
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

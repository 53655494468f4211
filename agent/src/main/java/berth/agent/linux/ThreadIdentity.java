package berth.agent.linux;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs something as another user, on a thread made for it alone. The kernel keeps the identity per
 * thread; the C library's setresuid would change all of them, therefore the bare system call. A
 * thread that can't become itself again must not live on: the whole process is halted.
 */
public final class ThreadIdentity {
  private static final long SETRESUID = Libc.X86_64 ? 117 : 147;
  private static final long UNCHANGED = -1;

  private ThreadIdentity() {}

  /** The effective user of this process. */
  public static int current() {
    return Libc.geteuid();
  }

  /** Runs it under this effective user id and gives back what it returned or threw. */
  public static <T> T as(long uid, Callable<T> action) throws IOException {
    return onThreadOfItsOwn(() -> switched(uid, action));
  }

  /** Runs something that may block in the kernel on a thread of its own, as who we are. */
  public static <T> T onThreadOfItsOwn(Callable<T> action) throws IOException {
    var task = new FutureTask<>(action);
    Thread.ofPlatform().daemon().name("berth-identity").start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case RuntimeException defect -> throw defect;
        case Error error -> throw error;
        case Throwable other -> throw new IOException(other);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static <T> T switched(long uid, Callable<T> action) throws Exception {
    int self = Libc.geteuid();
    Libc.check(setEffective(uid), "become user " + uid);
    try {
      return action.call();
    } finally {
      if (setEffective(self) < 0 || Libc.geteuid() != self) {
        System.err.println("berth: a thread can't become user " + self + " again, halting");
        Runtime.getRuntime().halt(70);
      }
    }
  }

  private static long setEffective(long uid) {
    return Libc.syscall(SETRESUID, UNCHANGED, uid, UNCHANGED, 0);
  }
}

package berth.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Runs something as another user, on a thread made for it alone. The kernel keeps the identity per
 * thread; the C library's setresuid would change all of them, therefore the bare system call. A
 * thread that can't become itself again must not live on: the whole process is halted.
 */
public final class ThreadIdentity {
  private static final long SETRESUID = Libc.X86_64 ? 117 : 147;
  private static final long SETFSUID = Libc.X86_64 ? 122 : 151;
  private static final long SETFSGID = Libc.X86_64 ? 123 : 152;
  private static final long CAPGET = Libc.X86_64 ? 125 : 90;
  private static final long CAPSET = Libc.X86_64 ? 126 : 91;
  private static final int CAPABILITIES_V3 = 0x20080522;
  private static final long UNCHANGED = -1;

  /** Folders may be deep, and the stacks of all other threads are small. */
  private static final long STACK = 8L << 20;

  private ThreadIdentity() {}

  /** The effective user of this process. */
  public static int current() {
    return Libc.geteuid();
  }

  /** Runs it under this effective user id and gives back what it returned or threw. */
  public static <T> T as(long uid, Callable<T> action) throws IOException {
    return onThreadOfItsOwn(() -> switched(uid, action));
  }

  /**
   * Runs it with all our rights, but what it makes belongs to this user and group from the first
   * moment on: file systems of a container with users of its own know no others (EOVERFLOW).
   */
  public static <T> T making(long uid, long gid, Callable<T> action) throws IOException {
    return await(startMaking(uid, gid, action));
  }

  /** Begins the same, for a caller who may not want to wait until it has come to its end. */
  public static <T> CompletableFuture<T> startMaking(long uid, long gid, Callable<T> action) {
    return start(() -> {
      // The thread ends with the action: it need not become itself again.
      Libc.syscall(SETFSGID, gid, 0, 0, 0);
      Libc.syscall(SETFSUID, uid, 0, 0, 0);
      regainRights();
      return action.call();
    });
  }

  /** Another user for files loses the rights over files, which are still permitted to us. */
  private static void regainRights() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment header = arena.allocate(8, 4);
      header.set(JAVA_INT, 0, CAPABILITIES_V3);
      MemorySegment sets = arena.allocate(24, 4);
      Libc.check(
          Libc.syscall(CAPGET, header.address(), sets.address(), 0, 0), "read our capabilities");
      sets.set(JAVA_INT, 0, sets.get(JAVA_INT, 4));
      sets.set(JAVA_INT, 12, sets.get(JAVA_INT, 16));
      Libc.check(
          Libc.syscall(CAPSET, header.address(), sets.address(), 0, 0), "take our capabilities");
    }
  }

  /** Runs something that may block in the kernel on a thread of its own, as who we are. */
  public static <T> T onThreadOfItsOwn(Callable<T> action) throws IOException {
    return await(start(action));
  }

  private static <T> CompletableFuture<T> start(Callable<T> action) {
    var result = new CompletableFuture<T>();
    Runnable run =
        () -> {
          try {
            result.complete(action.call());
          } catch (Throwable e) {
            result.completeExceptionally(e);
          }
        };
    Thread.ofPlatform().daemon().name("berth-identity").stackSize(STACK).start(run);
    return result;
  }

  /** Waits for what was begun and gives back what it returned or threw. */
  public static <T> T await(CompletableFuture<T> result) throws IOException {
    try {
      return result.get();
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

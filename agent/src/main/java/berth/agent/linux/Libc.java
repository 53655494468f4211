package berth.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The C library's functions, one method each. A result below zero is the negated error number, as
 * the kernel itself has it; a call that a signal interrupted is made again, but for close.
 */
final class Libc {
  static final boolean X86_64 = System.getProperty("os.arch").equals("amd64");

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle SOCKET = function("socket", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle CONNECT = function("connect", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SETSOCKOPT =
      function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SENDMSG = function("sendmsg", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle RECVMSG = function("recvmsg", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SENDTO =
      function("sendto", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SHUTDOWN = function("shutdown", JAVA_INT, JAVA_INT);
  private static final MethodHandle READ = function("read", JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle PREAD =
      function("pread", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle WRITE = function("write", JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle CLOSE = function("close", JAVA_INT);
  private static final MethodHandle PIPE2 = function("pipe2", ADDRESS, JAVA_INT);
  private static final MethodHandle FCHOWN = function("fchown", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle FCHMOD = function("fchmod", JAVA_INT, JAVA_INT);
  private static final MethodHandle RENAMEAT2 =
      function("renameat2", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle KILL = function("kill", JAVA_INT, JAVA_INT);
  private static final MethodHandle GETEUID = function("geteuid");
  private static final MethodHandle EPOLL_CREATE1 = function("epoll_create1", JAVA_INT);
  private static final MethodHandle EPOLL_CTL =
      function("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle EPOLL_WAIT =
      function("epoll_wait", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle EVENTFD = function("eventfd", JAVA_INT, JAVA_INT);
  private static final MethodHandle FCNTL = variadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle IOCTL = variadic("ioctl", 2, JAVA_INT, JAVA_LONG, ADDRESS);
  private static final MethodHandle SYSCALL =
      variadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle LONG_SYSCALL =
      variadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private Libc() {}

  static int socket(int domain, int type) {
    return (int) call(s -> (int) SOCKET.invokeExact(s, domain, type, 0));
  }

  static int connect(int fd, MemorySegment address, int length) {
    return (int) call(s -> (int) CONNECT.invokeExact(s, fd, address, length));
  }

  static int setsockopt(int fd, int level, int option, MemorySegment value, int length) {
    return (int) call(s -> (int) SETSOCKOPT.invokeExact(s, fd, level, option, value, length));
  }

  static long sendmsg(int fd, MemorySegment message, int flags) {
    return call(s -> (long) SENDMSG.invokeExact(s, fd, message, flags));
  }

  static long recvmsg(int fd, MemorySegment message, int flags) {
    return call(s -> (long) RECVMSG.invokeExact(s, fd, message, flags));
  }

  static long sendto(
      int fd, MemorySegment data, long length, int flags, MemorySegment address, int size) {
    return call(s -> (long) SENDTO.invokeExact(s, fd, data, length, flags, address, size));
  }

  static int shutdown(int fd, int how) {
    return (int) call(s -> (int) SHUTDOWN.invokeExact(s, fd, how));
  }

  static long read(int fd, MemorySegment buffer, long length) {
    return call(s -> (long) READ.invokeExact(s, fd, buffer, length));
  }

  static long pread(int fd, MemorySegment buffer, long length, long offset) {
    return call(s -> (long) PREAD.invokeExact(s, fd, buffer, length, offset));
  }

  static long write(int fd, MemorySegment buffer, long length) {
    return call(s -> (long) WRITE.invokeExact(s, fd, buffer, length));
  }

  /** Never again after EINTR: on Linux the descriptor is gone by then, close(2). */
  static int close(int fd) {
    return (int) once(s -> (int) CLOSE.invokeExact(s, fd));
  }

  static int pipe2(MemorySegment two, int flags) {
    return (int) call(s -> (int) PIPE2.invokeExact(s, two, flags));
  }

  static int fchown(int fd, int uid, int gid) {
    return (int) call(s -> (int) FCHOWN.invokeExact(s, fd, uid, gid));
  }

  static int fchmod(int fd, int mode) {
    return (int) call(s -> (int) FCHMOD.invokeExact(s, fd, mode));
  }

  static int renameat2(MemorySegment from, MemorySegment to, int flags) {
    return (int) call(s -> (int) RENAMEAT2.invokeExact(s, -100, from, -100, to, flags));
  }

  static int kill(int pid, int signal) {
    return (int) call(s -> (int) KILL.invokeExact(s, pid, signal));
  }

  static int geteuid() {
    return (int) call(s -> (int) GETEUID.invokeExact(s));
  }

  static int epollCreate(int flags) {
    return (int) call(s -> (int) EPOLL_CREATE1.invokeExact(s, flags));
  }

  static int epollCtl(int epoll, int operation, int fd, MemorySegment event) {
    return (int) call(s -> (int) EPOLL_CTL.invokeExact(s, epoll, operation, fd, event));
  }

  static int epollWait(int epoll, MemorySegment events, int max, int milliseconds) {
    return (int) call(s -> (int) EPOLL_WAIT.invokeExact(s, epoll, events, max, milliseconds));
  }

  static int eventfd(int flags) {
    return (int) call(s -> (int) EVENTFD.invokeExact(s, 0, flags));
  }

  static int fcntl(int fd, int command, long argument) {
    return (int) call(s -> (int) FCNTL.invokeExact(s, fd, command, argument));
  }

  static int ioctl(int fd, long request, MemorySegment argument) {
    return (int) call(s -> (int) IOCTL.invokeExact(s, fd, request, argument));
  }

  static long syscall(long number, long a, long b, long c, long d) {
    return call(s -> (long) SYSCALL.invokeExact(s, number, a, b, c, d));
  }

  static long syscall(long number, long a, long b, long c, long d, long e) {
    return call(s -> (long) LONG_SYSCALL.invokeExact(s, number, a, b, c, d, e));
  }

  /** The result of a call, or its error as an exception. */
  static long check(long result, String what) throws LinuxException {
    if (result < 0) {
      throw new LinuxException(what, (int) -result);
    }
    return result;
  }

  private interface Native {
    long in(MemorySegment state) throws Throwable;
  }

  private static long call(Native function) {
    long result;
    do {
      result = once(function);
    } while (result == -LinuxException.EINTR);
    return result;
  }

  private static long once(Native function) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long result = function.in(state);
      return result < 0 ? -(int) ERRNO.get(state, 0L) : result;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a call into the C library does not throw", e);
    }
  }

  private static MethodHandle function(String name, MemoryLayout... arguments) {
    return handle(name, result(name), arguments);
  }

  private static MethodHandle variadic(String name, int fixed, MemoryLayout... arguments) {
    return handle(name, result(name), arguments, Linker.Option.firstVariadicArg(fixed));
  }

  private static MemoryLayout result(String name) {
    return switch (name) {
      case "sendmsg", "recvmsg", "sendto", "read", "pread", "write", "syscall" -> JAVA_LONG;
      default -> JAVA_INT;
    };
  }

  @SuppressWarnings("restricted") // calling into the C library is what this class is for
  private static MethodHandle handle(
      String name, MemoryLayout result, MemoryLayout[] arguments, Linker.Option... options) {
    Linker.Option[] all = java.util.Arrays.copyOf(options, options.length + 1);
    all[options.length] = Linker.Option.captureCallState("errno");
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments), all);
  }
}

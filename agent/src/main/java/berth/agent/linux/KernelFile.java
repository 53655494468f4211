package berth.agent.linux;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A small file of the kernel's that says when its content changes, such as a cgroup's
 * memory.events. It waits by poll(2) ({@code POLLPRI}) and not by inotify, whose instances are few
 * on a host and all taken by its containers.
 */
public final class KernelFile implements AutoCloseable {
  private static final long OPENAT = Libc.X86_64 ? 257 : 56;
  private static final long AT_FDCWD = -100;
  private static final long O_CLOEXEC = 02000000;
  private static final int PRIORITY = 0x2;
  private static final int MOST = 16 << 10;

  private final Reactor reactor;
  private final Fd fd;
  private final Consumer<String> changed;
  private final Reactor.Registration registration;

  private KernelFile(Reactor reactor, Fd fd, Consumer<String> changed) {
    this.reactor = reactor;
    this.fd = fd;
    this.changed = changed;
    this.registration = reactor.register(fd, events -> look());
  }

  /**
   * Watches a file.
   *
   * @param changed is told the content, once at first and then after each change, on the reactor's
   *     thread; it must not block
   */
  public static KernelFile watch(Reactor reactor, Path path, Consumer<String> changed)
      throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long name = arena.allocateFrom(path.toString()).address();
      long number = Libc.check(Libc.syscall(OPENAT, AT_FDCWD, name, O_CLOEXEC, 0), "open " + path);
      var file = new KernelFile(reactor, Fd.owning(number), changed);
      reactor.execute(file::begin);
      return file;
    }
  }

  /** Tells no more. */
  @Override
  public void close() {
    reactor.execute(this::end);
  }

  private void begin() {
    look();
    if (fd.isOpen()) {
      registration.interest(PRIORITY);
    }
  }

  /** Reading from the beginning on is what makes the kernel tell the next change. */
  private void look() {
    read().ifPresentOrElse(changed, this::end);
  }

  private Optional<String> read() {
    if (!fd.isOpen()) {
      return Optional.empty();
    }
    byte[] content = new byte[MOST];
    int count = fd.readFromStart(content);
    return count < 0
        ? Optional.empty()
        : Optional.of(new String(content, 0, count, StandardCharsets.UTF_8));
  }

  private void end() {
    if (fd.isOpen()) {
      registration.close();
      fd.close();
    }
  }
}

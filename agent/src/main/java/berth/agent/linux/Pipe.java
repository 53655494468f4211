package berth.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A pipe (pipe(2)): what is written at one end is read at the other. Owns both ends. */
public record Pipe(Fd reading, Fd writing) implements AutoCloseable {
  private static final int O_CLOEXEC = 02000000;

  /** A new pipe whose ends are not handed down to programs by themselves. */
  public static Pipe open() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment two = arena.allocate(8, 4);
      Libc.check(Libc.pipe2(two, O_CLOEXEC), "make a pipe");
      return new Pipe(Fd.owning(two.get(JAVA_INT, 0)), Fd.owning(two.get(JAVA_INT, 4)));
    }
  }

  @Override
  public void close() {
    reading.close();
    writing.close();
  }
}

package berth.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What came out of a socket in one go (recvmsg(2)): bytes and the file descriptors that came with
 * them, which belong to the receiver.
 *
 * @param count how many bytes; 0 at the end of the stream; a negated error number
 * @param truncated whether the kernel dropped descriptors for want of room
 */
public record SocketMessage(int count, ByteBuffer data, List<Fd> fds, boolean truncated) {
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_CTRUNC = 0x8;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int HEADER_SIZE = 56;
  private static final int CONTROL_HEADER = 16;

  /** The kernel passes no more than this with one message (SCM_MAX_FD). */
  public static final int MAX_FDS = 253;

  /** Reads at most this many bytes. */
  public static SocketMessage receive(Fd socket, int most) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(most);
      MemorySegment control = arena.allocate(CONTROL_HEADER + 4L * (MAX_FDS + 1), 8);
      MemorySegment header = header(arena, buffer);
      header.set(ADDRESS, 32, control);
      header.set(JAVA_LONG, 40, control.byteSize());
      int count = (int) Libc.recvmsg(socket.number(), header, MSG_CMSG_CLOEXEC);
      if (count < 0) {
        return new SocketMessage(count, ByteBuffer.allocate(0), List.of(), false);
      }
      List<Fd> fds = fds(control, header.get(JAVA_LONG, 40));
      ByteBuffer data = ByteBuffer.wrap(buffer.asSlice(0, count).toArray(JAVA_BYTE));
      boolean truncated = (header.get(JAVA_INT, 48) & MSG_CTRUNC) != 0;
      return new SocketMessage(count, data, fds, truncated);
    }
  }

  static long send(Fd socket, byte[] data, int offset, List<Fd> fds) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(data.length - offset);
      MemorySegment.copy(data, offset, buffer, JAVA_BYTE, 0, data.length - offset);
      MemorySegment header = header(arena, buffer);
      if (!fds.isEmpty()) {
        MemorySegment control = rights(arena, fds);
        header.set(ADDRESS, 32, control);
        header.set(JAVA_LONG, 40, control.byteSize());
      }
      return Libc.sendmsg(socket.number(), header, MSG_NOSIGNAL);
    }
  }

  private static MemorySegment header(Arena arena, MemorySegment buffer) {
    MemorySegment vector = arena.allocate(16, 8);
    vector.set(ADDRESS, 0, buffer);
    vector.set(JAVA_LONG, 8, buffer.byteSize());
    MemorySegment header = arena.allocate(HEADER_SIZE, 8);
    header.set(ADDRESS, 16, vector);
    header.set(JAVA_LONG, 24, 1);
    return header;
  }

  private static MemorySegment rights(Arena arena, List<Fd> fds) {
    MemorySegment control = arena.allocate(align(CONTROL_HEADER + 4L * fds.size()), 8);
    control.set(JAVA_LONG, 0, CONTROL_HEADER + 4L * fds.size());
    control.set(JAVA_INT, 8, SOL_SOCKET);
    control.set(JAVA_INT, 12, SCM_RIGHTS);
    for (int i = 0; i < fds.size(); i++) {
      control.set(JAVA_INT, CONTROL_HEADER + 4L * i, fds.get(i).number());
    }
    return control;
  }

  private static List<Fd> fds(MemorySegment control, long length) {
    List<Fd> fds = new ArrayList<>();
    long at = 0;
    while (at + CONTROL_HEADER <= length) {
      long size = control.get(JAVA_LONG, at);
      if (size < CONTROL_HEADER || at + size > length) {
        break;
      }
      boolean rights =
          control.get(JAVA_INT, at + 8) == SOL_SOCKET
              && control.get(JAVA_INT, at + 12) == SCM_RIGHTS;
      for (long i = CONTROL_HEADER; rights && i + 4 <= size; i += 4) {
        fds.add(Fd.owning(control.get(JAVA_INT, at + i)));
      }
      at += align(size);
    }
    return fds;
  }

  private static long align(long size) {
    return (size + 7) & ~7L;
  }
}

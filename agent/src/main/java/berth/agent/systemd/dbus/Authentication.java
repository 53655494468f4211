package berth.agent.systemd.dbus;

import berth.agent.linux.UnixSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/**
 * The conversation before the first message (specification, "Authentication Protocol"): EXTERNAL,
 * that is "ask the kernel who I am", and the passing of file descriptors.
 */
final class Authentication {
  private static final int MAX_LINE = 512;

  private final UnixSocket socket;
  private final long deadline;

  Authentication(UnixSocket socket, Duration limit) {
    this.socket = socket;
    this.deadline = System.nanoTime() + limit.toNanos();
  }

  /** Authenticates as the user that the peer knows by this number. */
  void as(long uid) throws IOException {
    byte[] digits = Long.toString(uid).getBytes(StandardCharsets.US_ASCII);
    String hex = HexFormat.of().formatHex(digits);
    send("\0AUTH EXTERNAL " + hex + "\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n");
    expect("OK ");
    expect("AGREE_UNIX_FD");
  }

  private void send(String lines) throws IOException {
    byte[] bytes = lines.getBytes(StandardCharsets.US_ASCII);
    int sent = 0;
    while (sent < bytes.length) {
      sent += (int) socket.send(bytes, sent, List.of());
    }
  }

  private void expect(String beginning) throws IOException {
    String line = line();
    if (!line.startsWith(beginning)) {
      throw new IOException("the bus answered \"" + line + "\" and not \"" + beginning + "\"");
    }
  }

  /** Byte by byte, so that nothing of what follows is swallowed. */
  private String line() throws IOException {
    var line = new StringBuilder();
    byte[] one = new byte[1];
    while (line.length() < MAX_LINE) {
      if (System.nanoTime() - deadline > 0) {
        throw new IOException("the bus took too long to authenticate");
      }
      if (socket.read(one) != 1) {
        throw new IOException("the bus hung up while authenticating");
      }
      if (one[0] == '\n') {
        return line.toString().strip();
      }
      line.append((char) (one[0] >= ' ' ? one[0] : ' '));
    }
    throw new IOException("the bus sent a line without an end");
  }
}

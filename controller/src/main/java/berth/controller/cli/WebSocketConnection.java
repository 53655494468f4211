package berth.controller.cli;

import berth.protocol.Bytes;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * A client's side of a WebSocket (RFC 6455), blocking, without extensions. Written by hand because
 * the client of the JDK takes several times as long to start as a whole call takes.
 */
final class WebSocketConnection implements AutoCloseable {
  /** The end of a connection that meant to end. */
  static final int NORMAL = 1000;

  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int CONNECT_MILLIS = 10_000;
  private static final int MOST_BYTES = 8 << 20;
  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private final SecureRandom random = new SecureRandom();
  private boolean closing;

  /** What came. */
  sealed interface Message {
    record Text(String text) implements Message {}

    record Binary(Bytes bytes) implements Message {}
  }

  /** A server's answer that is no upgrade. */
  @FunctionalInterface
  interface Refusal {
    RuntimeException of(int status, byte[] body);
  }

  private WebSocketConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
    this.out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
  }

  /** Opens one to an {@code http} or {@code https} address. */
  static WebSocketConnection open(URI address, Refusal refusal) throws IOException {
    var connection = new WebSocketConnection(connect(address));
    try {
      connection.shakeHands(address, refusal);
      return connection;
    } catch (IOException | RuntimeException e) {
      connection.socket.close();
      throw e;
    }
  }

  void send(byte[] bytes, int length) throws IOException {
    frame(BINARY, Arrays.copyOf(bytes, length));
  }

  void send(String text) throws IOException {
    frame(TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The next message; empty once the server has closed. Answers pings meanwhile. */
  Optional<Message> receive() throws IOException {
    var whole = new ByteArrayOutputStream();
    var kind = CONTINUATION;
    while (true) {
      var first = in.read();
      if (first < 0) {
        throw new EOFException("the connection was lost");
      }
      var payload = payload();
      var opcode = first & 0x0f;
      switch (opcode) {
        case CLOSE -> {
          close();
          return Optional.empty();
        }
        case PING -> frame(PONG, payload);
        case CONTINUATION, TEXT, BINARY -> {
          kind = opcode == CONTINUATION ? kind : opcode;
          whole.writeBytes(payload);
          if (whole.size() > MOST_BYTES) {
            throw new IOException("a message of more than " + MOST_BYTES + " bytes");
          }
          if ((first & FINAL) != 0) {
            return Optional.of(message(kind, whole.toByteArray()));
          }
        }
        default -> {} // a pong, or what is not known yet
      }
    }
  }

  /** Says that this is the end, and hangs up. */
  @Override
  public void close() throws IOException {
    try (socket) {
      frame(CLOSE, ByteBuffer.allocate(2).putShort((short) NORMAL).array());
      closing = true;
    }
  }

  private static Message message(int kind, byte[] bytes) {
    return kind == TEXT
        ? new Message.Text(new String(bytes, StandardCharsets.UTF_8))
        : new Message.Binary(Bytes.of(bytes));
  }

  private byte[] payload() throws IOException {
    var second = in.readUnsignedByte();
    var length =
        switch (second & 0x7f) {
          case 126 -> in.readUnsignedShort();
          case 127 -> in.readLong();
          default -> second & 0x7f;
        };
    if ((second & MASKED) != 0 || length < 0 || length > MOST_BYTES) {
      throw new IOException("a frame that no server sends");
    }
    return in.readNBytes((int) length);
  }

  private synchronized void frame(int opcode, byte[] payload) throws IOException {
    if (closing) {
      return;
    }
    var mask = new byte[4];
    random.nextBytes(mask);
    out.write(FINAL | opcode);
    if (payload.length < 126) {
      out.write(MASKED | payload.length);
    } else if (payload.length < 1 << 16) {
      out.write(MASKED | 126);
      out.write(ByteBuffer.allocate(2).putShort((short) payload.length).array());
    } else {
      out.write(MASKED | 127);
      out.write(ByteBuffer.allocate(8).putLong(payload.length).array());
    }
    out.write(mask);
    for (var i = 0; i < payload.length; i++) {
      out.write(payload[i] ^ mask[i % 4]);
    }
    out.flush();
  }

  private void shakeHands(URI address, Refusal refusal) throws IOException {
    var nonce = new byte[16];
    random.nextBytes(nonce);
    var key = Base64.getEncoder().encodeToString(nonce);
    var head =
        String.join(
            "\r\n",
            "GET " + address.getRawPath() + " HTTP/1.1",
            "Host: " + address.getRawAuthority(),
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: " + key,
            "Sec-WebSocket-Version: 13",
            "",
            "");
    out.write(head.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
    var status = status(line());
    var headers = headers();
    if (status != 101) {
      var length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
      throw refusal.of(status, in.readNBytes(Math.min(length, 1 << 20)));
    }
    if (!accepted(key).equals(headers.get("sec-websocket-accept"))) {
      throw new IOException(address + " answered the handshake of somebody else");
    }
  }

  private static int status(String line) throws IOException {
    var words = line.split(" ", 3);
    if (words.length < 2 || !words[1].matches("[0-9]{3}")) {
      throw new IOException("no HTTP: " + line);
    }
    return Integer.parseInt(words[1]);
  }

  private Map<String, String> headers() throws IOException {
    var headers = new HashMap<String, String>();
    for (var line = line(); !line.isEmpty(); line = line()) {
      var colon = line.indexOf(':');
      if (colon > 0) {
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
    }
    return headers;
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (var c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
      if (c != '\r') {
        line.append((char) c);
      }
      if (line.length() > 8192) {
        throw new IOException("a line of a header without end");
      }
    }
    return line.toString();
  }

  private static String accepted(String key) {
    try {
      var digest = MessageDigest.getInstance("SHA-1");
      return Base64.getEncoder()
          .encodeToString(digest.digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Socket connect(URI address) throws IOException {
    var secure = "https".equals(address.getScheme());
    var port = address.getPort() >= 0 ? address.getPort() : secure ? 443 : 80;
    var plain = new Socket();
    plain.connect(new InetSocketAddress(address.getHost(), port), CONNECT_MILLIS);
    plain.setTcpNoDelay(true);
    if (!secure) {
      return plain;
    }
    var factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    var wrapped = (SSLSocket) factory.createSocket(plain, address.getHost(), port, true);
    var parameters = wrapped.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    wrapped.setSSLParameters(parameters);
    wrapped.startHandshake();
    return wrapped;
  }
}

package berth.controller.cli;

import berth.controller.cli.WebSocketConnection.Message;
import berth.controller.model.OperationView;
import berth.protocol.BerthException;
import berth.protocol.OperationId;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * This terminal as that of a program in a container: keys go there, what it writes comes here,
 * until the program ends or somebody types Ctrl-] three times within a second. A connection that
 * breaks is made again for as long as the controller waits for that.
 */
final class TerminalSession {
  private static final int ESCAPE = 0x1d;
  private static final int ESCAPES = 3;
  private static final long ESCAPE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int RECONNECTS = 18;
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Terminal terminal;
  private final ApiClient api;
  private final OperationId id;
  private final Optional<Recording> recording;
  private volatile WebSocketConnection connection;
  private volatile boolean left;

  TerminalSession(Terminal terminal, ApiClient api, OperationId id, Optional<Recording> recording) {
    this.terminal = terminal;
    this.api = api;
    this.id = id;
    this.recording = recording;
  }

  /** Runs to the end; empty where the person left, or the connection was lost for good. */
  Optional<OperationView> run() throws IOException, InterruptedException {
    connection = connect();
    try (var _ = RawMode.enter(terminal.inDevice());
        var interrupt = Interrupt.then(this::leave)) {
      WindowChanges.watch(this::resize);
      resize();
      Thread.ofPlatform().daemon().name("keys").start(this::keys);
      var ended = follow();
      interrupt.done();
      return ended;
    }
  }

  /** Whether the person went away on purpose. */
  boolean left() {
    return left;
  }

  private Optional<OperationView> follow() throws IOException, InterruptedException {
    while (true) {
      try {
        return untilTheEnd();
      } catch (IOException e) {
        if (left || terminal.out().checkError() || !reconnected()) {
          return Optional.empty();
        }
      }
    }
  }

  private Optional<OperationView> untilTheEnd() throws IOException {
    for (var next = connection.receive(); next.isPresent(); next = connection.receive()) {
      switch (next.get()) {
        case Message.Binary(var bytes) -> show(bytes.array());
        case Message.Text(var text) -> {
          var said = Wire.json().readTree(text);
          if (said.has("missed")) {
            tell(said.get("missed").asLong() + " bytes were written meanwhile and are gone");
          }
          if (said.has("broken")) {
            tell(Problems.printable(said.at("/broken/message").asText()));
          }
          if (said.has("end")) {
            return Optional.of(Wire.json().treeToValue(said.get("end"), OperationView.class));
          }
        }
      }
    }
    throw new IOException("the controller closed the terminal");
  }

  private void show(byte[] bytes) throws IOException {
    terminal.out().write(bytes, 0, bytes.length);
    if (terminal.out().checkError()) {
      throw new IOException("the output can't be written");
    }
    if (recording.isPresent()) {
      recording.get().output(bytes);
    }
  }

  /** A line of ours on a raw terminal. */
  private void tell(String line) {
    terminal.err().print("\r\nberth: " + line + "\r\n");
    terminal.err().flush();
  }

  private WebSocketConnection connect() throws IOException {
    return api.webSocket("operations/" + id + "/terminal");
  }

  private boolean reconnected() throws InterruptedException {
    tell("the connection was lost, trying again");
    for (var i = 0; i < RECONNECTS && !left; i++) {
      Thread.sleep(PAUSE);
      try {
        connection = connect();
        resize();
        return true;
      } catch (BerthException e) {
        if (e.problem().code() == ProblemCode.NOT_FOUND) {
          return false;
        }
      } catch (IOException _) {
        // once more
      }
    }
    return false;
  }

  private void resize() {
    try {
      var size = RawMode.size();
      connection.send(Wire.json().writeValueAsString(Map.of("resize", size)));
      if (recording.isPresent()) {
        recording.get().resized(size);
      }
    } catch (IOException | BerthException _) {
      // The reader sees a lost connection, and says the size again on the next.
    }
  }

  private void keys() {
    var buffer = new byte[16 * 1024];
    var escapes = new Escapes();
    try {
      for (int n; (n = terminal.in().read(buffer)) >= 0; ) {
        if (escapes.complete(buffer, n)) {
          leave();
          return;
        }
        type(buffer, n);
      }
      leave(); // the terminal itself is gone
    } catch (IOException _) {
      leave();
    }
  }

  private void type(byte[] bytes, int length) {
    try {
      connection.send(bytes, length);
    } catch (IOException _) {
      // Lost with the connection; the reader makes a new one.
    }
  }

  private void leave() {
    left = true;
    try {
      connection.close();
    } catch (IOException _) {
      // It was lost: the controller finds that out itself.
    }
  }

  /** Counts Ctrl-] that come one after the other. */
  static final class Escapes {
    private int count;
    private long first;

    boolean complete(byte[] bytes, int length) {
      for (var i = 0; i < length; i++) {
        var now = System.nanoTime();
        if (bytes[i] != ESCAPE) {
          count = 0;
        } else if (count > 0 && now - first > ESCAPE_NANOS) {
          count = 1;
          first = now;
        } else {
          first = count == 0 ? now : first;
          count++;
        }
        if (count == ESCAPES) {
          return true;
        }
      }
      return false;
    }
  }
}

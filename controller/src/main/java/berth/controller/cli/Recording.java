package berth.controller.cli;

import berth.protocol.WindowSize;
import berth.protocol.Wire;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a terminal showed, with its times, as asciinema plays it (asciicast version 2): a line of
 * JSON with the window's size, then one for each piece of output. What was typed is not recorded.
 */
final class Recording implements AutoCloseable {
  private final Writer file;
  private final long began = System.nanoTime();
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private ByteBuffer rest = ByteBuffer.allocate(0);

  private Recording(Writer file) {
    this.file = file;
  }

  static Recording to(Path path, WindowSize size, String type, String title) throws IOException {
    var recording = new Recording(Files.newBufferedWriter(path));
    var head = new TreeMap<String, Object>();
    head.put("version", 2);
    head.put("width", size.columns());
    head.put("height", size.rows());
    head.put("timestamp", Instant.now().getEpochSecond());
    head.put("title", title);
    head.put("env", Map.of("TERM", type));
    recording.line(head);
    return recording;
  }

  /** A piece may end in the middle of a character, whose rest comes with the next. */
  synchronized void output(byte[] bytes) throws IOException {
    var all = ByteBuffer.allocate(rest.remaining() + bytes.length).put(rest).put(bytes).flip();
    var text = CharBuffer.allocate(all.remaining());
    decoder.decode(all, text, false);
    rest = all.slice();
    if (text.flip().hasRemaining()) {
      event("o", text.toString());
    }
  }

  synchronized void resized(WindowSize size) throws IOException {
    event("r", size.toString());
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }

  private void event(String kind, String data) throws IOException {
    var millis = (System.nanoTime() - began) / 1_000_000;
    line(List.of(millis / 1000.0, kind, data));
  }

  private void line(Object value) throws IOException {
    file.write(Wire.json().writeValueAsString(value));
    file.write('\n');
    file.flush();
  }
}

package berth.agent.exec;

import berth.protocol.Wire;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** Shortens journal entries that are too long to be handed on, so that none is passed over. */
final class LongEntry {
  /** Characters of a line that are read at all. */
  static final int LONGEST_LINE = 1 << 20;

  /** Characters of an entry that are handed on as they are. */
  static final int LONGEST_ENTRY = 64 << 10;

  /** Characters of a field of an entry that is shortened. */
  private static final int LONGEST_FIELD = 16 << 10;

  private static final String MESSAGE = "MESSAGE";

  private LongEntry() {}

  /**
   * The entry with the beginnings of its long fields, which say so; of a line that was cut, what
   * was read of it.
   */
  static String shortened(String line) {
    var entry = Wire.json().createObjectNode();
    try (var parser = Wire.json().createParser(line)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        read(parser, entry);
      }
    } catch (IOException _) {
      // the line was cut in the middle of a field
    }
    if (!entry.has(MESSAGE)) {
      entry.put(MESSAGE, "(a message of more than " + LONGEST_LINE + " characters)");
    }
    return entry.toString();
  }

  private static void read(JsonParser parser, ObjectNode entry) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      var name = parser.currentName();
      switch (parser.nextToken()) {
        case VALUE_NULL -> entry.putNull(name);
        case START_ARRAY -> entry.put(name, cut(bytes(parser)));
        case START_OBJECT -> parser.skipChildren();
        case null, default -> entry.put(name, cut(parser.getText()));
      }
    }
  }

  /** What is no text comes as an array of bytes (journalctl(1)). */
  private static String bytes(JsonParser parser) throws IOException {
    var text = new StringBuilder();
    while (parser.nextToken() == JsonToken.VALUE_NUMBER_INT) {
      text.append((char) (parser.getIntValue() & 0x7f));
    }
    return text.toString();
  }

  private static String cut(String text) {
    if (text.length() <= LONGEST_FIELD) {
      return text;
    }
    return text.substring(0, LONGEST_FIELD)
        + " (the first "
        + LONGEST_FIELD
        + " of "
        + text.length()
        + " characters)";
  }
}

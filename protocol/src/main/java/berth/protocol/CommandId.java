package berth.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;

/** One command for one host. Time-ordered (UUID version 7, RFC 9562). */
public record CommandId(@JsonValue UUID value) implements Comparable<CommandId> {
  /** A new id, later in order than all made before it in this process. */
  public static CommandId next() {
    return new CommandId(UuidV7.next());
  }

  /** Reads the canonical form; anything else is refused. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static CommandId of(String text) {
    return new CommandId(UuidV7.parse("command id", text));
  }

  @Override
  public int compareTo(CommandId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}

package berth.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;

/**
 * The controller's durable record of a command or of a bulk of them. Time-ordered (UUID version 7,
 * RFC 9562).
 */
public record OperationId(@JsonValue UUID value) implements Comparable<OperationId> {
  /** A new id, later in order than all made before it in this process. */
  public static OperationId next() {
    return new OperationId(UuidV7.next());
  }

  /** Reads the canonical form; anything else is refused. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static OperationId of(String text) {
    return new OperationId(UuidV7.parse("operation id", text));
  }

  @Override
  public int compareTo(OperationId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}

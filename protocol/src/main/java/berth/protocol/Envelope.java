package berth.protocol;

import berth.protocol.command.Command;
import java.time.Instant;
import java.util.Objects;

/**
 * A command on its way to one host.
 *
 * @param id the same in every delivery; the agent runs it once
 * @param issued when the controller made it
 * @param deadline the last moment at which the host may begin
 */
public record Envelope(
    CommandId id,
    OperationId operation,
    HostId host,
    Instant issued,
    Instant deadline,
    Command command) {
  public Envelope {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(operation, "operation");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(issued, "issued");
    Objects.requireNonNull(deadline, "deadline");
    Objects.requireNonNull(command, "command");
  }

  /**
   * What can be read of an envelope whose command is not understood: enough to answer it with
   * {@code UNSUPPORTED} or {@code INVALID}.
   */
  public record Header(CommandId id, OperationId operation, HostId host, Instant deadline) {
    public Header {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(operation, "operation");
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(deadline, "deadline");
    }
  }
}

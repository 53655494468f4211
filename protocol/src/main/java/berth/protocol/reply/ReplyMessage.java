package berth.protocol.reply;

import berth.protocol.CommandId;
import berth.protocol.HostId;
import berth.protocol.OperationId;
import java.time.Instant;
import java.util.Objects;

/** A reply on its way: which command of which operation it answers, from where and when. */
public record ReplyMessage(
    CommandId command, OperationId operation, HostId host, Instant at, Reply reply) {
  public ReplyMessage {
    Objects.requireNonNull(command, "command");
    Objects.requireNonNull(operation, "operation");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(reply, "reply");
  }
}

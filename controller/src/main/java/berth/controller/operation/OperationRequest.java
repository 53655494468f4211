package berth.controller.operation;

import berth.protocol.HostId;
import berth.protocol.command.Command;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What somebody wants done.
 *
 * @param summary one line for people: {@code create lab1/web}
 * @param targets one command for each host, at least one
 * @param deadline how long from now the hosts may begin, one second to 30 days
 * @param idempotencyKey 1 to 128 printable ASCII characters: the same key gives the same operation
 */
public record OperationRequest(
    String summary, List<Target> targets, Duration deadline, Optional<String> idempotencyKey) {
  /** The deadline where none is asked for. */
  public static final Duration DEFAULT_DEADLINE = Duration.ofMinutes(10);

  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofDays(30);

  /** One command for one host. */
  public record Target(HostId host, Command command) {
    public Target {
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(command, "command");
    }
  }

  public OperationRequest {
    Objects.requireNonNull(summary, "summary");
    targets = List.copyOf(targets);
    if (targets.isEmpty()) {
      throw new IllegalArgumentException("no host given");
    }
    if (targets.size() > 1 && targets.stream().anyMatch(t -> Commands.streamed(t.command()))) {
      throw new IllegalArgumentException("output can be streamed from one host at a time");
    }
    requireInTime(deadline);
    idempotencyKey.ifPresent(key -> {
      if (!key.matches("[ -~]{1,128}")) {
        throw new IllegalArgumentException(
            "bad idempotency key: 1 to 128 printable ASCII characters");
      }
    });
  }

  /** Refuses a deadline that no operation may have. */
  public static Duration requireInTime(Duration deadline) {
    if (deadline.compareTo(SHORTEST) < 0 || deadline.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("bad deadline " + deadline + ": 1 second to 30 days");
    }
    return deadline;
  }
}

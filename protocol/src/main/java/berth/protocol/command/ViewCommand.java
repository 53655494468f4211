package berth.protocol.command;

import berth.protocol.ContainerName;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** Looks at what is there, changes nothing, and waits for no other command. */
public sealed interface ViewCommand extends Command {

  /** Looks closely at one container, running or stopped. */
  record InspectContainer(ContainerName container) implements ViewCommand {
    public InspectContainer {
      Objects.requireNonNull(container, "container");
    }
  }

  /**
   * Measures what the running containers of the host use, again and again, as one JSON object a
   * line: a {@link berth.protocol.state.UsageSample}.
   *
   * @param interval over which each is measured, 500 milliseconds to a minute
   * @param samples after how many it ends, 1 to 1,000,000; empty for when it is cancelled
   */
  record WatchUsage(Duration interval, Optional<Integer> samples) implements ViewCommand {
    private static final Duration SHORTEST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    public WatchUsage {
      Objects.requireNonNull(interval, "interval");
      if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException("bad interval " + interval + ": 500 ms to a minute");
      }
      samples.ifPresent(n -> {
        if (n < 1 || n > 1_000_000) {
          throw new IllegalArgumentException("bad number of samples " + n + ": 1 to 1000000");
        }
      });
    }

    @Override
    public Repeat repeat() {
      return Repeat.ONCE;
    }
  }

  /** Lists the snapshots of a container, the oldest first; also of one that is gone. */
  record ListSnapshots(ContainerName container) implements ViewCommand {
    public ListSnapshots {
      Objects.requireNonNull(container, "container");
    }
  }
}

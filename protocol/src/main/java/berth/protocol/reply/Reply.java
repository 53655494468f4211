package berth.protocol.reply;

import berth.protocol.Problem;
import java.util.Objects;
import java.util.Optional;

/** One answer to a command. {@code Succeeded} or {@code Failed} is the last of them. */
public sealed interface Reply {

  /** The command is written to the host's journal: it will have an outcome, whatever happens. */
  record Accepted() implements Reply {}

  /**
   * How far it has come. Not kept: a lost one does not come again.
   *
   * @param text one line for people
   * @param fraction 0 to 1 where it can be told
   */
  record Progress(String text, Optional<Double> fraction) implements Reply {
    public Progress {
      Objects.requireNonNull(text, "text");
    }
  }

  /** It was done, now or before. */
  record Succeeded(Result result) implements Reply {
    public Succeeded {
      Objects.requireNonNull(result, "result");
    }
  }

  /** It was not done, or not wholly; nothing half done is left behind. */
  record Failed(Problem problem) implements Reply {
    public Failed {
      Objects.requireNonNull(problem, "problem");
    }
  }

  /** Whether nothing comes after it. */
  default boolean last() {
    return switch (this) {
      case Accepted _, Progress _ -> false;
      case Succeeded _, Failed _ -> true;
    };
  }
}

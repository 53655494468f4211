package berth.agent.exec;

import berth.protocol.Wire;
import berth.protocol.command.ProcessCommand.ReadLogs;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How journalctl(1) is asked for what a command wants. It can't be trusted with how many of the
 * newest entries are wanted where a time or a pattern narrows them down: 252 then counts from the
 * wrong end, or before it narrows. So one pass backwards finds the entry to begin with, and another
 * one reads on from there. Each value stands behind the {@code =} of its option, and so is never
 * taken for one.
 */
record LogQuery(ReadLogs command) {

  /** Where the reading begins. */
  sealed interface Start {
    /** Where the command's own words say. */
    record AsAsked() implements Start {}

    /** With this entry. */
    record At(String cursor) implements Start {}

    /** With the first entry from this time on. */
    record From(Instant time) implements Start {}
  }

  /** Whether the place to begin at has to be found first. */
  boolean needsSearch() {
    var narrow = command.selection();
    return command.lines().filter(n -> n > 0).isPresent()
        && (narrow.since().isPresent() || narrow.until().isPresent() || narrow.grep().isPresent());
  }

  /** Options that list the newest entries that are wanted, the newest first. */
  List<String> search() {
    var options = options();
    options.add("--reverse");
    options.add("--output-fields=_BOOT_ID");
    command.lines().ifPresent(n -> options.add("--lines=" + n));
    command.selection().since().ifPresent(time -> options.add("--since=" + seconds(time)));
    return options;
  }

  /**
   * Where to begin after the search; empty where nothing was found and nothing more will come.
   *
   * @param oldest the last line that it gave; empty where nothing was found
   * @param begun when it began: what came since was perhaps not found by it
   */
  Optional<Start> found(String oldest, Instant begun) {
    return cursor(oldest)
        .<Start>map(Start.At::new)
        .or(() -> command.follow() ? Optional.of(new Start.From(begun)) : Optional.empty());
  }

  /**
   * Options that read what is wanted, the oldest first.
   *
   * @param exact whether the entry behind which it begins is left out by journalctl; else it may
   *     come as the first one, see {@link #isBefore}
   */
  List<String> read(Start start, boolean exact) {
    var options = options();
    switch (start) {
      case Start.At(var cursor) -> options.add("--cursor=" + cursor);
      case Start.From(var time) -> options.add("--since=" + seconds(time));
      case Start.AsAsked() -> {
        command.lines().ifPresent(n -> options.add("--lines=" + n));
        command.after().ifPresent(a -> options.add((exact ? "--after-cursor=" : "--cursor=") + a));
        if (command.lines().isEmpty()) {
          command.selection().since().ifPresent(time -> options.add("--since=" + seconds(time)));
        }
      }
    }
    if (command.follow()) {
      options.add("--follow");
    }
    if (command.follow() && options.stream().noneMatch(o -> o.startsWith("--lines="))) {
      options.add("--no-tail");
    }
    return options;
  }

  /**
   * Whether a line is the entry behind which the reading begins. With {@code --after-cursor} an
   * entry would be lost where that one is gone by now.
   */
  boolean isBefore(String line) {
    return command.after().isPresent() && cursor(line).equals(command.after());
  }

  private List<String> options() {
    var options = new ArrayList<>(List.of("--all", "--quiet", "--output=json"));
    var selection = command.selection();
    selection.units().forEach(unit -> options.add("--unit=" + unit));
    selection.priority().ifPresent(priority -> options.add("--priority=" + priority));
    selection.grep().ifPresent(pattern -> options.add("--grep=" + pattern));
    selection.until().ifPresent(time -> options.add("--until=" + seconds(time)));
    return options;
  }

  private static Optional<String> cursor(String line) {
    try {
      var cursor = Wire.json().readTree(line).path("__CURSOR");
      return cursor.isTextual() ? Optional.of(cursor.asText()) : Optional.empty();
    } catch (JsonProcessingException _) {
      return Optional.empty();
    }
  }

  /** As systemd.time(7) reads it whatever the time zone: {@code @1763985600.250000}. */
  private static String seconds(Instant time) {
    return "@%d.%06d".formatted(time.getEpochSecond(), time.getNano() / 1000);
  }
}

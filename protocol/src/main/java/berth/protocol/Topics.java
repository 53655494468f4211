package berth.protocol;

import java.util.Optional;

/** The one speller of MQTT topics. All begin with {@code berth/1/h/} and the host's name. */
public final class Topics {
  /** The version of the wire is the second level. */
  public static final String PREFIX = "berth/1/h/";

  private Topics() {}

  /** What is said on a topic. */
  public enum Kind {
    COMMAND,
    REPLY,
    OUTPUT,
    INPUT,
    PRESENCE,
    STATE,
    EVENT,
    METRICS;

    String level() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Whether topics of this kind end with the id of a command. */
    public boolean perCommand() {
      return this == OUTPUT || this == INPUT;
    }
  }

  /** A topic taken apart; {@code command} is there for kinds that are per command. */
  public record Parsed(HostId host, Kind kind, Optional<CommandId> command) {}

  /** The topic of a kind that is per host. */
  public static String of(HostId host, Kind kind) {
    if (kind.perCommand()) {
      throw new IllegalArgumentException(kind + " topics end with a command's id");
    }
    return PREFIX + host + "/" + kind.level();
  }

  /** The topic of a kind that is per command. */
  public static String of(HostId host, Kind kind, CommandId command) {
    if (!kind.perCommand()) {
      throw new IllegalArgumentException(kind + " topics are per host");
    }
    return PREFIX + host + "/" + kind.level() + "/" + command;
  }

  /** The filter for all topics of a kind of one host. */
  public static String filter(HostId host, Kind kind) {
    return PREFIX + host + "/" + kind.level() + (kind.perCommand() ? "/+" : "");
  }

  /** The filter for all topics of a kind of all hosts. */
  public static String filter(Kind kind) {
    return PREFIX + "+/" + kind.level() + (kind.perCommand() ? "/+" : "");
  }

  /** Takes a topic apart; empty for one that is not ours. */
  public static Optional<Parsed> parse(String topic) {
    var levels = topic.startsWith(PREFIX) ? topic.substring(PREFIX.length()).split("/", -1) : null;
    if (levels == null || levels.length < 2 || levels.length > 3) {
      return Optional.empty();
    }
    for (var kind : Kind.values()) {
      if (kind.level().equals(levels[1]) && kind.perCommand() == (levels.length == 3)) {
        return parsed(kind, levels);
      }
    }
    return Optional.empty();
  }

  private static Optional<Parsed> parsed(Kind kind, String[] levels) {
    try {
      var command =
          kind.perCommand() ? Optional.of(CommandId.of(levels[2])) : Optional.<CommandId>empty();
      return Optional.of(new Parsed(new HostId(levels[0]), kind, command));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}

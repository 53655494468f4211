package berth.protocol.command;

import berth.protocol.ContainerName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** Something that runs until it ends by itself or is cancelled, and writes output meanwhile. */
public sealed interface ProcessCommand extends Command {
  /** The container it is about. */
  ContainerName container();

  /** Whether its output goes out in chunks as it comes; else only the tail is in the result. */
  boolean stream();

  /**
   * Runs a program inside a running container.
   *
   * @param argv the program, by absolute path or found on the container's PATH, and its arguments
   * @param environment added to the container's own
   * @param user by name or number; empty for root
   * @param directory absolute; empty for {@code /}
   * @param timeout after which it is killed; empty for none
   * @param stdin whether input will be sent; else it reads /dev/null
   * @param terminal what it runs on; empty for pipes. All that it writes is one stream then, and
   *     the end of the input is not its end of file
   * @param keep whether it goes on while nobody reads its output
   */
  record Exec(
      ContainerName container,
      List<String> argv,
      Map<String, String> environment,
      Optional<String> user,
      Optional<String> directory,
      Optional<Duration> timeout,
      boolean stdin,
      boolean stream,
      Optional<Terminal> terminal,
      boolean keep)
      implements ProcessCommand {
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}");

    public Exec {
      Objects.requireNonNull(container, "container");
      argv = argv == null ? List.of() : List.copyOf(argv);
      environment = environment == null ? Map.of() : Map.copyOf(environment);
      require(!argv.isEmpty() && !argv.getFirst().isEmpty(), "no program to run");
      require(argv.stream().noneMatch(Exec::hasNul), "an argument has a NUL character");
      environment.forEach((name, value) -> {
        require(VARIABLE.matcher(name).matches(), "bad environment variable \"" + name + "\"");
        require(!hasNul(value), "the variable " + name + " has a NUL character");
      });
      user.ifPresent(u -> require(USER.matcher(u).matches(), "bad user \"" + u + "\""));
      directory.ifPresent(
          d -> require(d.startsWith("/") && !hasNul(d), "bad directory \"" + d + "\": absolute"));
      timeout.ifPresent(t -> require(t.isPositive(), "bad timeout " + t + ": must be positive"));
    }

    /** A program on pipes that does not outlive its reader. */
    public Exec(
        ContainerName container,
        List<String> argv,
        Map<String, String> environment,
        Optional<String> user,
        Optional<String> directory,
        Optional<Duration> timeout,
        boolean stdin,
        boolean stream) {
      this(
          container,
          argv,
          environment,
          user,
          directory,
          timeout,
          stdin,
          stream,
          Optional.empty(),
          false);
    }

    @Override
    public Repeat repeat() {
      return Repeat.ONCE;
    }

    private static boolean hasNul(String text) {
      return text.indexOf('\0') >= 0;
    }
  }

  /**
   * Reads a container's journal, running or stopped, as one JSON object a line (journalctl(1),
   * {@code -o json}). Of one that has no journal yet and does not run, what its unit told the
   * host's journal is read: that says why it did not come up.
   *
   * @param lines how many of the newest entries come first, 0 to 100,000; empty for all
   * @param follow whether it goes on with new entries until it is cancelled
   * @param fromHost whether what its unit told the host's journal is read in any case
   * @param after a {@code __CURSOR}: only what comes behind that entry, and all of it
   */
  record ReadLogs(
      ContainerName container,
      Optional<Integer> lines,
      boolean follow,
      boolean fromHost,
      LogSelection selection,
      Optional<String> after)
      implements ProcessCommand {
    private static final Pattern CURSOR =
        Pattern.compile("[a-z]=[0-9a-f]{1,32}(?:;[a-z]=[0-9a-f]{1,32}){0,15}");

    public ReadLogs {
      Objects.requireNonNull(container, "container");
      selection = selection == null ? LogSelection.ALL : selection;
      lines.ifPresent(
          n -> require(n >= 0 && n <= 100_000, "bad number of lines " + n + ": 0 to 100000"));
      after.ifPresent(a ->
          require(CURSOR.matcher(a).matches(), "bad cursor \"" + a + "\": as __CURSOR has it"));
      require(
          after.isEmpty() || (lines.isEmpty() && selection.since().isEmpty()),
          "a cursor says where to begin: neither lines nor since go with it");
      require(!follow || selection.until().isEmpty(), "until and follow exclude each other");
      require(
          !fromHost || selection.units().isEmpty(), "the host's journal is read for one unit only");
    }

    /** The newest entries, whatever they are. */
    public ReadLogs(ContainerName container, int lines, boolean follow) {
      this(container, Optional.of(lines), follow, false, LogSelection.ALL, Optional.empty());
    }

    @Override
    public boolean stream() {
      return true;
    }

    @Override
    public Repeat repeat() {
      return Repeat.ONCE;
    }
  }

  private static void require(boolean holds, String complaint) {
    if (!holds) {
      throw new IllegalArgumentException(complaint);
    }
  }
}

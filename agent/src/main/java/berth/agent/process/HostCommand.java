package berth.agent.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program to run on the host: an argument vector, never a line for a shell.
 *
 * @param argv the program, by absolute path or by its name on the system's path, and its arguments
 * @param limit after which it is killed with all its children
 * @param environment beside PATH, HOME, LC_ALL=C.UTF-8 and nothing else
 * @param directory to run in; empty for the root directory
 */
public record HostCommand(
    List<String> argv, Duration limit, Map<String, String> environment, Optional<Path> directory) {
  /** The limit where nothing else is said. */
  public static final Duration LIMIT = Duration.ofMinutes(1);

  public HostCommand {
    argv = List.copyOf(argv);
    environment = Map.copyOf(environment);
    if (argv.isEmpty() || argv.stream().anyMatch(argument -> argument.indexOf('\0') >= 0)) {
      throw new IllegalArgumentException("bad argument vector " + argv);
    }
  }

  /** A program and its arguments. */
  public static HostCommand of(String... argv) {
    return of(List.of(argv));
  }

  public static HostCommand of(List<String> argv) {
    return new HostCommand(argv, LIMIT, Map.of(), Optional.empty());
  }

  /** The same with another time limit. */
  public HostCommand within(Duration other) {
    return new HostCommand(argv, other, environment, directory);
  }

  /** The same with these variables. */
  public HostCommand with(Map<String, String> variables) {
    return new HostCommand(argv, limit, variables, directory);
  }

  /** The same in that directory. */
  public HostCommand in(Path place) {
    return new HostCommand(argv, limit, environment, Optional.of(place));
  }

  /** The program's name without its folder. */
  public String program() {
    return Path.of(argv.getFirst()).getFileName().toString();
  }
}

package berth.agent.process;

import berth.agent.systemd.UnitName;
import berth.protocol.ContainerName;
import berth.protocol.command.Terminal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A program to run inside a container.
 *
 * @param unit under which it runs there, unique in the container; it can be found by it later
 * @param argv the program, by absolute path or by a name on the path, and its arguments as they are
 * @param environment added to what the container's systemd gives
 * @param user by name or number; empty for root
 * @param directory to run in; empty for the root directory
 * @param timeLimit after which it is killed
 * @param stdin whether it has a standard input to be written to; else it reads nothing
 * @param terminal what it runs on; empty for pipes
 */
public record ProcessSpec(
    ContainerName container,
    UnitName unit,
    List<String> argv,
    Map<String, String> environment,
    Optional<String> user,
    Optional<String> directory,
    Optional<Duration> timeLimit,
    boolean stdin,
    Optional<Terminal> terminal) {
  public ProcessSpec {
    Objects.requireNonNull(container, "container");
    Objects.requireNonNull(unit, "unit");
    argv = List.copyOf(argv);
    environment = Map.copyOf(environment);
    if (argv.isEmpty() || argv.getFirst().isEmpty()) {
      throw new IllegalArgumentException("no program to run");
    }
  }

  /** A program on pipes. */
  public ProcessSpec(
      ContainerName container,
      UnitName unit,
      List<String> argv,
      Map<String, String> environment,
      Optional<String> user,
      Optional<String> directory,
      Optional<Duration> timeLimit,
      boolean stdin) {
    this(container, unit, argv, environment, user, directory, timeLimit, stdin, Optional.empty());
  }

  /** A program that needs nothing but its arguments. */
  public static ProcessSpec of(ContainerName container, UnitName unit, List<String> argv) {
    return new ProcessSpec(
        container,
        unit,
        argv,
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false);
  }
}

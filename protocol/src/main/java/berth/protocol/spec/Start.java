package berth.protocol.spec;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** What runs in a container (systemd-nspawn(1), {@code --boot} and {@code --as-pid2}). */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Start.Boot.class, name = "boot"),
  @JsonSubTypes.Type(value = Start.Program.class, name = "program")
})
public sealed interface Start {
  /** Its own init. */
  record Boot() implements Start {}

  /**
   * One program, with a stub init over it; the container ends with it.
   *
   * @param argv the program, by absolute path or found on the container's PATH, and its arguments
   */
  record Program(List<String> argv) implements Start {
    private static final int LONGEST = 4096;

    public Program {
      argv = Rules.list(argv);
      if (argv.isEmpty() || argv.getFirst().isBlank()) {
        throw Rules.bad("argv", argv, "the program and its arguments");
      }
      for (var argument : argv) {
        Rules.line("argv", argument, LONGEST);
      }
    }
  }
}

package berth.agent.systemd;

import berth.agent.systemd.dbus.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A unit that exists only while it runs (org.freedesktop.systemd1(5), StartTransientUnit).
 *
 * @param properties by the names and types of the bus; they are not always those of unit files
 */
public record TransientUnit(UnitName name, List<Property> properties) {

  /** One setting. */
  public record Property(String name, Variant value) {
    public Property {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(value, "value");
    }
  }

  public TransientUnit {
    Objects.requireNonNull(name, "name");
    properties = List.copyOf(properties);
  }

  public TransientUnit(UnitName name) {
    this(name, List.of());
  }

  /** The same unit with one more setting. */
  public TransientUnit with(String property, Variant value) {
    var all = new ArrayList<>(properties);
    all.add(new Property(property, value));
    return new TransientUnit(name, all);
  }

  /** The same unit that runs this program; nothing in the arguments is expanded. */
  public TransientUnit running(List<String> argv) {
    return command("ExecStartEx", argv);
  }

  /** The same unit that runs this program, too, once the other has ended in whatever way. */
  public TransientUnit runningAfter(List<String> argv) {
    return command("ExecStopPostEx", argv);
  }

  private TransientUnit command(String property, List<String> argv) {
    List<Object> command = List.of(argv.getFirst(), argv, List.of("no-env-expand"));
    return with(property, Variant.of("a(sasas)", List.of(command)));
  }
}

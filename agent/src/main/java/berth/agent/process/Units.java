package berth.agent.process;

import berth.agent.systemd.TransientUnit;
import berth.agent.systemd.dbus.Variant;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;

/** The transient unit that runs a program (systemd.service(5), systemd.exec(5)). */
final class Units {
  private static final Duration STOP_AFTER = Duration.ofSeconds(5);

  private Units() {}

  /** With the program's standard streams, which are lent until the unit is started. */
  static TransientUnit of(ProcessSpec spec, Stdio stdio) {
    TransientUnit unit =
        new TransientUnit(spec.unit())
            .with("Description", Variant.of("Berth runs " + spec.argv().getFirst()))
            .with("Type", Variant.of("exec"))
            .with("CollectMode", Variant.of("inactive-or-failed"))
            .with("KillMode", Variant.of("control-group"))
            .with("TimeoutStopUSec", Variant.of(micros(STOP_AFTER)))
            .with("IgnoreSIGPIPE", Variant.of(false))
            .with("User", Variant.of(spec.user().orElse("root")))
            .with("Environment", Variant.of(environment(spec)));
    unit = stdio.connect(unit);
    if (spec.directory().isPresent()) {
      unit = unit.with("WorkingDirectory", Variant.of(spec.directory().get()));
    }
    if (spec.timeLimit().isPresent()) {
      unit = unit.with("RuntimeMaxUSec", Variant.of(micros(spec.timeLimit().get())));
    }
    return unit.running(spec.argv());
  }

  private static List<String> environment(ProcessSpec spec) {
    var environment = new TreeMap<String, String>();
    spec.terminal().ifPresent(terminal -> environment.put("TERM", terminal.type()));
    environment.putAll(spec.environment());
    return environment.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .toList();
  }

  static long micros(Duration duration) {
    return Math.max(1, duration.toNanos() / 1000);
  }
}

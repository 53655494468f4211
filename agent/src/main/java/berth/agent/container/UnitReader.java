package berth.agent.container;

import berth.agent.systemd.Properties;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.protocol.ContainerName;
import berth.protocol.Wire;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.SpecPatch;
import berth.protocol.spec.TimeSpan;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;

/** Reads what a container's unit says into a specification. */
final class UnitReader {
  private static final long TEMPLATE_TASKS = 16_384;
  private static final long USUAL_STOP = 90_000_000;
  private static final long USUAL_RESTART = 100_000;

  private final Systemd systemd;

  UnitReader(Systemd systemd) {
    this.systemd = systemd;
  }

  /** The specification with what the unit says; what a unit cannot say is as before. */
  ContainerSpec read(ContainerName container, ContainerSpec before) {
    var unit = UnitName.of(container);
    var properties = systemd.properties(unit);
    var change = Wire.json().createObjectNode();
    change.set("limits", limits(properties));
    var restart = properties.text("Restart");
    change.put("restart", restart.isEmpty() ? null : restart);
    span(change, "restartDelay", properties.number("RestartUSec"), USUAL_RESTART);
    span(change, "stopTimeout", properties.number("TimeoutStopUSec"), USUAL_STOP);
    var description = properties.text("Description");
    change.put("description", description.equals("Container " + container) ? null : description);
    var after = change.putArray("after");
    properties.list("After").stream()
        .map(String.class::cast)
        .filter(UnitName::isValid)
        .flatMap(name -> new UnitName(name).container().stream())
        .forEach(other -> after.add(other.value()));
    change.put("autostart", systemd.isEnabled(unit));
    return new SpecPatch(change).on(before);
  }

  private static ObjectNode limits(Properties properties) {
    var limits = Wire.json().createObjectNode();
    for (var limit : Limit.values()) {
      var field = limit.field().substring("limits.".length());
      switch (limit) {
        case IO_READ, IO_WRITE -> {
          var list = limits.putArray(field);
          for (var one : properties.list(limit.property())) {
            var pair = (List<?>) one;
            list.addObject()
                .put("path", (String) pair.getFirst())
                .put("perSecond", (Long) pair.getLast());
          }
        }
        case CPUS -> {
          var micros = properties.number(limit.property());
          limits.put(field, micros > 0 ? (Double) (Math.round(micros / 1e2) / 1e4) : null);
        }
        case TASKS -> {
          var tasks = properties.number(limit.property());
          var own = tasks > 0 && tasks <= Integer.MAX_VALUE && tasks != TEMPLATE_TASKS;
          limits.put(field, own ? (Long) tasks : null);
        }
        case MEMORY, MEMORY_HIGH, SWAP, CPU_WEIGHT, IO_WEIGHT -> {
          var number = properties.number(limit.property());
          var there = properties.has(limit.property()) && number >= 0;
          limits.put(field, there && (number > 0 || limit == Limit.SWAP) ? (Long) number : null);
        }
      }
    }
    return limits;
  }

  private static void span(ObjectNode change, String field, long micros, long usual) {
    var odd = micros <= 0 || micros == usual || micros > Duration.ofDays(366).toNanos() / 1000;
    change.put(field, odd ? null : new TimeSpan(Duration.ofMillis(micros / 1000)).toString());
  }
}

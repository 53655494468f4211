package berth.controller.lab.machine;

import berth.protocol.Wire;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What ip(8) tells of this network namespace. Not {@code /sys/class/net}: that shows the namespace
 * which sysfs was mounted from, on a host of a lab the one of the machine below.
 */
final class Ip {
  private static final String USUAL_MTU = "1500";

  private Ip() {}

  /** What a listing says as JSON. */
  static JsonNode json(String... arguments) {
    var argv = new ArrayList<>(List.of("ip", "-j"));
    argv.addAll(List.of(arguments));
    try {
      return Wire.json().readTree(Processes.run(argv.toArray(String[]::new)).out());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The names of all interfaces. */
  static List<String> links() {
    var names = new ArrayList<String>();
    json("link").forEach(link -> names.add(link.path("ifname").asText()));
    return names;
  }

  static boolean exists(String link) {
    return links().contains(link);
  }

  /** The size of packets on the way out; larger ones would vanish where a path has no discovery. */
  static String mtu() {
    var route = json("-4", "route", "show", "default").path(0);
    if (route.isMissingNode()) {
      return USUAL_MTU;
    }
    return json("link", "show", "dev", route.path("dev").asText())
        .path(0)
        .path("mtu")
        .asText(USUAL_MTU);
  }
}

package berth.agent.container;

import berth.agent.process.HostCommand;
import berth.agent.process.ProcessFailed;
import berth.agent.process.Processes;
import berth.agent.systemd.UnitName;
import berth.protocol.Wire;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a unit told the host's journal: the only place that says why a container did not start. */
final class UnitJournal {
  private static final int WARNING = 4;
  private static final int INFORMATION = 6;
  private static final String LINES = "20";

  /**
   * What nspawn warns of though all is as it was asked for: how it names its side of a link, and
   * that it could not link the journal of a root that nothing may be written to.
   */
  private static final Pattern NO_COMPLAINT =
      Pattern.compile(
          "Network interface name '.*' has been changed to '.*'.*"
              + "|Failed to create directory .*/var/log/journal/.*: Read-only file system");

  private final Processes processes;

  UnitJournal(Processes processes) {
    this.processes = processes;
  }

  /**
   * Why a unit failed.
   *
   * @param reason the last complaint of nspawn's, where it had one
   * @param log the last lines about it, oldest first
   */
  record Told(Optional<String> reason, List<String> log) {}

  /** The last lines about one run of a unit. */
  Told about(UnitName unit, String invocation) {
    try {
      processes.attempt(HostCommand.of("journalctl", "--sync"));
      var entries =
          processes
              .run("journalctl", "-q", "-u", unit.value(), "-o", "json", "--all", "-n", LINES)
              .lines()
              .stream()
              .flatMap(UnitJournal::entry)
              .filter(entry -> invocation.isEmpty() || isOf(entry, invocation))
              .toList();
      var said = entries.stream().filter(UnitJournal::isComplaint);
      return new Told(
          said.map(UnitJournal::message).filter(m -> !m.isBlank()).reduce((_, last) -> last),
          entries.stream().map(UnitJournal::message).toList());
    } catch (ProcessFailed e) {
      return new Told(Optional.empty(), List.of(e.getMessage()));
    }
  }

  /**
   * What nspawn complained of in one run of a unit, each once, oldest first. It alone writes to the
   * journal there; what the container prints comes by the standard output, whatever it pretends.
   * The nspawn of systemd 252 complains by the standard output, too, so there nothing is known.
   */
  List<String> complaints(String invocation) {
    if (invocation.isEmpty()) {
      return List.of();
    }
    var run = "_SYSTEMD_INVOCATION_ID=" + invocation;
    var argv =
        List.of("journalctl", "-q", run, "_TRANSPORT=journal", "-p", "warning", "-o", "json");
    try {
      return processes
          .run(HostCommand.of(Stream.concat(argv.stream(), Stream.of("-n", LINES)).toList()))
          .lines()
          .stream()
          .flatMap(UnitJournal::entry)
          .filter(UnitJournal::isComplaint)
          .map(UnitJournal::message)
          .filter(said -> !said.isBlank())
          .distinct()
          .toList();
    } catch (ProcessFailed e) {
      return List.of("its complaints can't be read: " + e.getMessage());
    }
  }

  private static Stream<JsonNode> entry(String line) {
    try {
      return Stream.of(Wire.json().readTree(line));
    } catch (JsonProcessingException _) {
      return Stream.empty();
    }
  }

  private static boolean isOf(JsonNode entry, String invocation) {
    return Stream.of("_SYSTEMD_INVOCATION_ID", "INVOCATION_ID")
        .anyMatch(field -> entry.path(field).asText().equals(invocation));
  }

  /** The container's own console output comes the same way, but as plain information. */
  private static boolean isComplaint(JsonNode entry) {
    return !entry.path("_PID").asText().equals("1")
        && entry.path("PRIORITY").asInt(INFORMATION) <= WARNING
        && !NO_COMPLAINT.matcher(message(entry)).matches();
  }

  /** A message is text, or an array of bytes where it is not plain text (journalctl(1)). */
  private static String message(JsonNode entry) {
    var message = entry.path("MESSAGE");
    if (!message.isArray()) {
      return message.asText();
    }
    var text = new StringBuilder();
    message.forEach(b -> text.append((char) (b.asInt() & 0x7f)));
    return text.toString().replaceAll("\u001b\\[[0-9;]*[A-Za-z]", "").replaceAll("\\p{Cntrl}", " ");
  }
}

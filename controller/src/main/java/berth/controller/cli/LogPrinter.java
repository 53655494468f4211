package berth.controller.cli;

import berth.protocol.ContainerRef;
import berth.protocol.Wire;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prints journal entries for people or for scripts, and knows the last one of each container. */
final class LogPrinter {
  private static final String CONTAINER = "__BERTH_CONTAINER";

  private final Invocation invocation;
  private final int width;
  private final Map<ContainerRef, String> cursors = new LinkedHashMap<>();

  /**
   * @param containers whose entries come; where there are several, each line names its own
   */
  LogPrinter(Invocation invocation, List<ContainerRef> containers) {
    this.invocation = invocation;
    this.width =
        containers.size() < 2
            ? 0
            : containers.stream().mapToInt(c -> c.toString().length()).max().orElse(0);
  }

  synchronized void print(ContainerRef container, JsonNode entry) throws IOException {
    var out = invocation.terminal().out();
    if (invocation.json()) {
      if (entry instanceof ObjectNode object) {
        object.put(CONTAINER, container.toString());
      }
      out.write(Wire.write(entry));
      out.println();
    } else {
      out.println(prefix(container) + text(entry));
    }
    if (out.checkError()) {
      throw new IOException("the output can't be written");
    }
    cursors.put(container, entry.path("__CURSOR").asText());
  }

  /** Prints the place of the last entry of each container, as journalctl does it. */
  synchronized void printCursors() {
    var out = invocation.terminal().out();
    cursors.forEach((container, cursor) ->
        out.println("-- cursor: " + prefix(container) + Problems.printable(cursor)));
    out.flush();
  }

  private String prefix(ContainerRef container) {
    var name = container.toString();
    return width == 0 ? "" : name + " ".repeat(width - name.length()) + " | ";
  }

  /** As journalctl prints it by default: time, host, identifier[pid]: message. */
  private static String text(JsonNode entry) {
    var micros = entry.path("__REALTIME_TIMESTAMP").asLong();
    var pid = entry.path("_PID").asText(entry.path("SYSLOG_PID").asText(""));
    var identifier = entry.path("SYSLOG_IDENTIFIER").asText(entry.path("_COMM").asText("unknown"));
    return Times.local(Instant.ofEpochMilli(micros / 1000))
        + " "
        + Problems.printable(entry.path("_HOSTNAME").asText("-") + " " + identifier)
        + (pid.isEmpty() ? "" : "[" + pid + "]")
        + ": "
        + Problems.printable(message(entry.path("MESSAGE")));
  }

  /** A message that is not plain text comes as an array of its bytes. */
  private static String message(JsonNode message) {
    if (!message.isArray()) {
      return message.asText("");
    }
    var bytes = new byte[message.size()];
    for (var i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) message.get(i).asInt();
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }
}

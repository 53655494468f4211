package berth.controller.cli;

import berth.controller.model.OperationView;
import berth.protocol.ContainerRef;
import berth.protocol.Wire;
import berth.protocol.stream.Output.Channel;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;

/** {@code berth logs}: a container's journal. */
final class LogsCommand {
  private LogsCommand() {}

  static CommandSpec spec() {
    return Options.command(
        "logs",
        "Show a container's journal, running or stopped.",
        LogsCommand::run,
        List.of(
            Options.container(),
            Options.flag("-f|--follow", "Go on with new entries."),
            Options.typed(
                "-n|--lines",
                "NUMBER",
                "How many of the newest entries (100).",
                Integer.class,
                Options::parseNumber)),
        "berth logs lab1/web -n 50",
        "berth logs lab1/web -f",
        "berth logs lab1/web -o json        one journal entry a line");
  }

  private static int run(Invocation invocation) throws IOException, InterruptedException {
    var ref = invocation.operand(0, ContainerRef.class);
    var api = invocation.api();
    var body = new TreeMap<String, Object>();
    body.put("lines", invocation.option("--lines", 100));
    body.put("follow", invocation.flag("--follow"));
    var path = "hosts/" + ref.host() + "/containers/" + ref.container() + "/logs";
    var operation = api.post(path, body, OperationView.class);
    var lines = new Lines(invocation);
    var ended =
        new OutputFollower(invocation, api)
            .follow(
                operation,
                chunk -> {
                  if (chunk.channel() == Channel.STDOUT) {
                    lines.write(chunk.data().array());
                  }
                });
    ended
        .targets()
        .getFirst()
        .problem()
        .ifPresent(problem -> Problems.print(invocation.terminal(), ended.summary(), problem));
    return Operation.status(ended);
  }

  /** Journal entries come one JSON object a line (journalctl(1)), cut anywhere into chunks. */
  private static final class Lines {
    private final Invocation invocation;
    private final ByteArrayOutputStream open = new ByteArrayOutputStream();

    Lines(Invocation invocation) {
      this.invocation = invocation;
    }

    void write(byte[] bytes) throws IOException {
      for (var b : bytes) {
        if (b == '\n') {
          print(open.toByteArray());
          open.reset();
        } else {
          open.write(b);
        }
      }
      if (invocation.terminal().out().checkError()) {
        throw new IOException("the output can't be written");
      }
    }

    private void print(byte[] line) throws IOException {
      var out = invocation.terminal().out();
      if (invocation.json()) {
        out.write(line);
        out.println();
      } else {
        out.println(text(Wire.json().readTree(line)));
      }
    }
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

package berth.controller.cli;

import berth.controller.model.FleetEvent;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.state.PoolFullness;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code berth events}: what happens in the fleet. */
final class EventsCommand {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private EventsCommand() {}

  static CommandSpec spec() {
    return Options.command(
        "events",
        "Show what happened in the fleet.",
        EventsCommand::run,
        List.of(
            Options.flag("-f|--follow", "Go on with new events."),
            Options.typed(
                "-n|--lines",
                "NUMBER",
                "How many of the newest events (20).",
                Integer.class,
                Options::parseNumber)),
        "berth events -f",
        "berth events -n 100 -o json        one event a line");
  }

  private static int run(Invocation invocation) throws IOException, InterruptedException {
    var last = Optional.of("0");
    var newest = invocation.api().get("events?limit=" + invocation.option("--lines", 20));
    for (var node : newest.get("events")) {
      last = Optional.of(print(invocation, node));
    }
    while (invocation.flag("--follow")) {
      last = follow(invocation, last);
      // The controller went away: what happens meanwhile is replayed after the last id.
      Thread.sleep(PAUSE);
    }
    return ExitCode.DONE;
  }

  /** Prints events as they come; answers the last one's id when the connection ends. */
  private static Optional<String> follow(Invocation invocation, Optional<String> after)
      throws IOException {
    var last = after;
    try (var in = invocation.api().stream("events", "text/event-stream", after, false);
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      var data = new StringBuilder();
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("data:")) {
          data.append(line.substring(5));
        } else if (line.isEmpty() && !data.isEmpty()) {
          last = Optional.of(print(invocation, Wire.json().readTree(data.toString())));
          data.setLength(0);
        }
      }
    } catch (BerthException e) {
      if (e.problem().code() != ProblemCode.UNAVAILABLE) {
        throw e;
      }
    } catch (IOException e) {
      if (invocation.terminal().out().checkError()) {
        throw e;
      }
    }
    return last;
  }

  private static String print(Invocation invocation, JsonNode node) throws IOException {
    var event = Wire.json().treeToValue(node, FleetEvent.class);
    var out = invocation.terminal().out();
    if (invocation.json()) {
      out.write(Wire.write(event));
      out.println();
    } else {
      out.println(
          Times.local(event.at())
              + "  "
              + event.host().map(Object::toString).orElse("-")
              + "  "
              + event.kind()
              + "  "
              + Problems.printable(subject(event.body())));
    }
    if (out.checkError()) {
      throw new IOException("the output can't be written");
    }
    return Long.toString(event.id());
  }

  /** What an event is about, from wherever its kind keeps that. */
  private static String subject(JsonNode body) throws IOException {
    for (var place : List.of("/container/name", "/image/name", "/pool/name", "/name", "/summary")) {
      var name = body.at(place);
      if (name.isTextual()) {
        var detail = detail(body);
        return name.asText() + (detail.isEmpty() ? "" : ": " + detail);
      }
    }
    return "";
  }

  /** Why a container failed, which limit it came up against and how often, how full a pool is. */
  private static String detail(JsonNode body) throws IOException {
    var fullness = body.at("/pool/fullness");
    if (!fullness.isMissingNode()) {
      return PoolCommands.told(Wire.json().treeToValue(fullness, PoolFullness.class));
    }
    var limit = body.path("limit").asText("");
    return limit.isEmpty()
        ? body.at("/container/reason").asText("")
        : limit + ", " + body.path("times").asLong() + " times";
  }
}

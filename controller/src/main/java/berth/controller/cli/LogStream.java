package berth.controller.cli;

import berth.controller.model.OperationView;
import berth.protocol.BerthException;
import berth.protocol.ContainerRef;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.stream.Output.Channel;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The entries of one container's journal, each once and in order. Where the controller, the agent
 * or a connection goes away meanwhile, it goes on behind the last entry when they are back.
 */
final class LogStream {
  /** Takes an entry; as long as it does not return, no more are read. */
  @FunctionalInterface
  interface Sink {
    void entry(JsonNode entry) throws IOException;
  }

  /** How long a journal that is not followed may be out of reach. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final Invocation invocation;
  private final ApiClient api;
  private final ContainerRef container;
  private final Map<String, Object> request;
  private final boolean follow;
  private Optional<String> cursor = Optional.empty();
  private Optional<Instant> begun = Optional.empty();

  /**
   * @param request what is asked for at first, as the API's {@code Logs}
   */
  LogStream(Invocation invocation, ContainerRef container, Map<String, Object> request) {
    this.invocation = invocation;
    this.api = invocation.api();
    this.container = container;
    this.request = request;
    this.follow = Boolean.TRUE.equals(request.get("follow"));
  }

  /** Reads to the end and answers the exit status; a problem is told. */
  int read(Sink sink) throws IOException, InterruptedException {
    var giveUp = Instant.now().plus(PATIENCE);
    var pause = SHORTEST_PAUSE;
    while (true) {
      var before = cursor;
      var ended = attempt(sink);
      if (ended.isPresent() && !mayGoOn(ended.get())) {
        return told(ended.get());
      }
      if (!cursor.equals(before)) {
        giveUp = Instant.now().plus(PATIENCE);
        pause = SHORTEST_PAUSE;
      }
      if (!follow && Instant.now().isAfter(giveUp)) {
        throw new BerthException(
            ProblemCode.UNAVAILABLE, "the journal of " + container + " is out of reach");
      }
      say("cut off, going on when it is back");
      Thread.sleep(pause);
      pause = longer(pause);
    }
  }

  private static Duration longer(Duration pause) {
    var twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
  }

  /** How it ended; empty where that is not known, or not all came. */
  private Optional<OperationView> attempt(Sink sink) throws IOException {
    OperationView operation;
    try {
      var path = "hosts/" + container.host() + "/containers/" + container.container() + "/logs";
      operation = api.post(path, body(), OperationView.class);
    } catch (BerthException e) {
      if (begun.isEmpty() || e.problem().code() != ProblemCode.UNAVAILABLE) {
        throw e;
      }
      return Optional.empty();
    } catch (IOException e) {
      if (begun.isEmpty()) {
        throw e;
      }
      return Optional.empty();
    }
    begun = begun.or(() -> Optional.of(operation.created()));
    return follow(operation, sink);
  }

  private Optional<OperationView> follow(OperationView operation, Sink sink) throws IOException {
    var lines = new Lines(sink);
    try {
      return new OutputFollower(invocation, api)
          .followWhole(
              operation,
              chunk -> {
                if (chunk.channel() == Channel.STDOUT) {
                  lines.write(chunk.data().array());
                }
              });
    } catch (BerthException e) {
      // A controller that was started anew does not know the output any more.
      return Optional.empty();
    }
  }

  private Map<String, Object> body() {
    var body = new TreeMap<>(request);
    cursor.ifPresent(last -> {
      body.remove("lines");
      body.remove("since");
      body.put("after", last);
    });
    if (cursor.isEmpty() && begun.isPresent() && Integer.valueOf(0).equals(body.get("lines"))) {
      body.remove("lines");
      body.put("since", begun.get());
    }
    return body;
  }

  /** A container that keeps its journal in memory takes it along when it stops. */
  private boolean mayGoOn(OperationView ended) {
    return problem(ended)
        .filter(problem ->
            switch (problem.code()) {
              case INTERRUPTED, UNAVAILABLE -> true;
              case EXPIRED -> follow;
              case CONFLICT -> follow && cursor.isPresent();
              case INVALID,
                  NOT_FOUND,
                  PROGRAM_NOT_FOUND,
                  PROGRAM_NOT_EXECUTABLE,
                  ALREADY_EXISTS,
                  DENIED,
                  UNSUPPORTED,
                  TIMEOUT,
                  CANCELLED,
                  TOO_LARGE,
                  NO_SPACE,
                  FAILED,
                  INTERNAL ->
                  false;
            })
        .isPresent();
  }

  private int told(OperationView ended) {
    problem(ended).ifPresent(p -> Problems.print(invocation.terminal(), ended.summary(), p));
    return Operation.status(ended);
  }

  private static Optional<Problem> problem(OperationView ended) {
    return ended.targets().stream().flatMap(target -> target.problem().stream()).findFirst();
  }

  private void say(String what) {
    if (!invocation.quiet()) {
      invocation.terminal().err().println("logs " + container + ": " + what);
      invocation.terminal().err().flush();
    }
  }

  /** Entries come one JSON object a line, cut anywhere into chunks. */
  private final class Lines {
    private final Sink sink;
    private final ByteArrayOutputStream open = new ByteArrayOutputStream();

    Lines(Sink sink) {
      this.sink = sink;
    }

    void write(byte[] bytes) throws IOException {
      for (var b : bytes) {
        if (b == '\n') {
          entry(Wire.json().readTree(open.toByteArray()));
          open.reset();
        } else {
          open.write(b);
        }
      }
    }

    private void entry(JsonNode entry) throws IOException {
      sink.entry(entry);
      var last = entry.path("__CURSOR").asText("");
      cursor = last.isEmpty() ? cursor : Optional.of(last);
    }
  }
}

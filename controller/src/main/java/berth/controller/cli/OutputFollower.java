package berth.controller.cli;

import berth.controller.model.OperationView;
import berth.protocol.OperationId;
import berth.protocol.Wire;
import berth.protocol.stream.Output.OutputChunk;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** Reads what a running command writes, as it comes, to the end of its operation. */
final class OutputFollower {
  /** Takes a chunk; as long as it does not return, the program is held back. */
  @FunctionalInterface
  interface Sink {
    void write(OutputChunk chunk) throws IOException;
  }

  private final Invocation invocation;
  private final ApiClient api;

  OutputFollower(Invocation invocation, ApiClient api) {
    this.invocation = invocation;
    this.api = api;
  }

  /**
   * Hands chunks on until the operation ends; answers how it ended. An interrupt (Ctrl-C) cancels
   * the operation, so that the program dies with its reader.
   */
  OperationView follow(OperationView operation, Sink sink)
      throws IOException, InterruptedException {
    var ending = read(operation, sink);
    if (ending.isEmpty()) {
      invocation.terminal().err().println("the output was cut off; asking for the outcome");
      return new Operation(invocation, api).await(operation);
    }
    ending
        .get()
        .broken()
        .ifPresent(message -> invocation.terminal().err().println(Problems.printable(message)));
    return ending.get().operation();
  }

  /** The same for output that can be asked for again: nothing where any of it did not come. */
  Optional<OperationView> followWhole(OperationView operation, Sink sink) throws IOException {
    return read(operation, sink).filter(ending -> ending.broken().isEmpty()).map(Ending::operation);
  }

  /**
   * How the output ended.
   *
   * @param broken why some of it is missing, where it is
   */
  private record Ending(OperationView operation, Optional<String> broken) {}

  /** Empty where the controller went away before the end. */
  private Optional<Ending> read(OperationView operation, Sink sink) throws IOException {
    var path = "operations/" + operation.id() + "/output";
    try (var interrupt = Interrupt.then(() -> cancel(operation.id()));
        var waiting = Waiting.on(invocation, api, operation);
        var in = api.stream(path, "application/x-ndjson", Optional.empty(), true);
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        waiting.end();
        var node = Wire.json().readTree(line);
        if (node.has("end")) {
          interrupt.done();
          return Optional.of(
              new Ending(
                  Wire.json().treeToValue(node.get("end"), OperationView.class),
                  Optional.ofNullable(node.at("/broken/message").asText(null))));
        }
        sink.write(Wire.json().treeToValue(node, OutputChunk.class));
      }
    } catch (IOException e) {
      if (invocation.terminal().out().checkError()) {
        // Nobody reads us any more (a closed pipe): neither do we.
        cancel(operation.id());
        throw e;
      }
    }
    return Optional.empty();
  }

  private void cancel(OperationId id) {
    try {
      api.post("operations/" + id + "/cancel", Map.of(), OperationView.class);
    } catch (IOException | RuntimeException e) {
      invocation.terminal().err().println("can't cancel operation " + id + ": " + e.getMessage());
      invocation.terminal().err().flush();
    }
  }
}

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
          if (node.has("broken")) {
            var message = node.at("/broken/message").asText();
            invocation.terminal().err().println(Problems.printable(message));
          }
          return Wire.json().treeToValue(node.get("end"), OperationView.class);
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
    invocation.terminal().err().println("the output was cut off; asking for the outcome");
    return new Operation(invocation, api).await(operation);
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

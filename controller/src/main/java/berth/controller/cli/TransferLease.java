package berth.controller.cli;

import berth.controller.model.OperationView;
import berth.controller.model.Transfer;
import berth.controller.model.TransferId;
import berth.protocol.BerthException;
import berth.protocol.ContainerRef;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.util.Map;

/**
 * A transfer, which is forgotten in the end, also after a failure or an interrupt, unless a host
 * may still use it: that one the controller forgets by itself.
 */
final class TransferLease implements AutoCloseable {
  private final Invocation invocation;
  private final ApiClient api;
  private final TransferId transfer;
  private final Interrupt interrupt;
  private volatile boolean used;

  TransferLease(Invocation invocation, ApiClient api) throws IOException {
    this.invocation = invocation;
    this.api = api;
    transfer = api.post("transfers", Map.of(), Transfer.class).transfer();
    interrupt = Interrupt.then(this::end);
  }

  TransferId transfer() {
    return transfer;
  }

  /** Whether a host may still use it. */
  void use(boolean still) {
    used = still;
  }

  /** Asks a container's host for something that uses it. */
  OperationView submit(ContainerRef container, String verb, Object body) throws IOException {
    var path = ContainerCommands.path(container) + "/" + verb;
    used = true;
    try {
      return api.post(path + Operation.deadline(invocation, "?"), body, OperationView.class);
    } catch (BerthException e) {
      used = e.problem().code() == ProblemCode.UNAVAILABLE; // else it is refused
      throw e;
    }
  }

  /** Waits for what will come through it: nobody would take it after an interrupt. */
  OperationView await(OperationView operation) throws IOException, InterruptedException {
    var cancel = "operations/" + operation.id() + "/cancel";
    try (var stopping = Interrupt.then(() -> quietly(() -> cancel(cancel)))) {
      var ended = new Operation(invocation, api).await(operation);
      stopping.done();
      return ended;
    }
  }

  private void cancel(String path) throws IOException {
    api.post(path, Map.of(), OperationView.class);
  }

  private void end() {
    if (!used) {
      quietly(() -> api.delete("transfers/" + transfer.hex(), Object.class));
    }
  }

  private interface Request {
    void send() throws IOException;
  }

  private static void quietly(Request request) {
    try {
      request.send();
    } catch (IOException | BerthException _) {
      // it was only to be tidy
    }
  }

  @Override
  public void close() {
    interrupt.close();
    end();
  }
}

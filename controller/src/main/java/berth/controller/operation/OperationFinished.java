package berth.controller.operation;

import berth.controller.model.OperationView;
import berth.protocol.OperationId;

/**
 * The body of the event {@code operation-finished}. A target's late truth may finish an operation
 * again, with another state.
 */
record OperationFinished(
    OperationId operation,
    String kind,
    String summary,
    OperationView.State state,
    long failedTargets) {}

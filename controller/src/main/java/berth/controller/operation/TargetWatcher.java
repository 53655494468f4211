package berth.controller.operation;

import berth.controller.operation.TargetState.Ended;
import berth.protocol.Envelope;

/** Is told, on the core's context, what becomes of targets once it is durable. */
interface TargetWatcher {
  /** A command was written down. */
  void submitted(Envelope command);

  /** A command has its outcome; after an assumed one another may follow. */
  void ended(Envelope command, Ended outcome);
}

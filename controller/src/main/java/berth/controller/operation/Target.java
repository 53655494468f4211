package berth.controller.operation;

import berth.protocol.Envelope;
import java.util.Optional;

/**
 * A row of the database: a command for one host, and where it is.
 *
 * @param cancel why it shall end, where somebody wants that
 */
record Target(Envelope envelope, TargetState state, Optional<String> cancel) {}

package berth.controller.operation;

import berth.protocol.CommandId;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.stream.Input;
import io.vertx.core.Future;

/** The way to the hosts. Failures are {@link berth.protocol.BerthException}s. */
public interface HostLink {

  /**
   * Sends a command; done when the broker has it. Fails with {@code UNAVAILABLE} where the broker
   * can't be reached and may or may not have it, with {@code EXPIRED} past its deadline, and with
   * anything else where it can never be sent.
   */
  Future<Void> send(Envelope command);

  /** Sends something to a running program, likewise. */
  Future<Void> send(HostId host, CommandId command, Input input);

  /** Runs an action on the core's context each time that sending has become possible. */
  void whenConnected(Runnable action);

  /** Whether sending is possible at this moment, as far as is known. */
  boolean connected();
}

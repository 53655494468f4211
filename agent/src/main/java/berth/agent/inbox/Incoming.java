package berth.agent.inbox;

import berth.protocol.BerthException;
import berth.protocol.Bytes;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;

/** What a message on the command topic turns out to be, by itself. */
sealed interface Incoming {
  /**
   * A command for this host.
   *
   * @param raw its JSON as it came
   */
  record Understood(Envelope envelope, Bytes raw) implements Incoming {}

  /** One that can't be run, but can be answered. */
  record Refused(Envelope.Header header, Problem problem) implements Incoming {}

  /** One that can't even be answered. */
  record Unreadable(Problem problem) implements Incoming {}

  /**
   * Reads a message. The header is tried first, so that a command of a kind that is unknown here is
   * answered rather than dropped.
   */
  static Incoming read(HostId host, Bytes raw) {
    Envelope.Header header;
    try {
      header = Wire.read(raw.array(), Envelope.Header.class);
    } catch (BerthException e) {
      return new Unreadable(e.problem());
    }
    if (!header.host().equals(host)) {
      return new Refused(
          header,
          new Problem(
              ProblemCode.INVALID,
              "the command is for the host " + header.host() + " and came to " + host));
    }
    try {
      return new Understood(Wire.read(raw.array(), Envelope.class), raw);
    } catch (BerthException e) {
      return new Refused(header, e.problem());
    }
  }
}

package berth.protocol.mqtt;

import java.util.OptionalInt;
import java.util.Set;

/** Why a message was not (known to be) taken by the broker. */
public abstract sealed class LinkException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private LinkException(String message) {
    super(message);
  }

  /**
   * There is no connection, or it was lost before the acknowledgement: the broker may or may not
   * have the message.
   */
  public static final class Down extends LinkException {
    private static final long serialVersionUID = 1L;

    /** Reason codes of a DISCONNECT that say: what you sent is at fault (MQTT 5, 3.14.2.1). */
    private static final Set<Integer> BLAMING =
        Set.of(0x81, 0x82, 0x87, 0x90, 0x94, 0x95, 0x99, 0x9A, 0x9B);

    private final int reasonCode;

    public Down(String message) {
      this(message, -1);
    }

    public Down(String message, int reasonCode) {
      super(message);
      this.reasonCode = reasonCode;
    }

    /** The reason code of the broker's DISCONNECT or CONNACK, where it gave one. */
    public OptionalInt reasonCode() {
      return reasonCode < 0 ? OptionalInt.empty() : OptionalInt.of(reasonCode);
    }

    /** Whether the broker hung up because of something that we had sent. */
    boolean blamesMessage() {
      return BLAMING.contains(reasonCode);
    }
  }

  /** The message was looked at and not taken. */
  public static final class Refused extends LinkException {
    private static final long serialVersionUID = 1L;

    /** Unspecified, implementation specific, packet identifier in use, quota exceeded. */
    private static final Set<Integer> PASSING = Set.of(0x80, 0x83, 0x91, 0x97);

    private final int reasonCode;

    public Refused(String message, int reasonCode) {
      super(message);
      this.reasonCode = reasonCode;
    }

    /** The reason code of MQTT 5, section 2.4, such as 0x87 for not authorised. */
    public int reasonCode() {
      return reasonCode;
    }

    /** Whether sending the same message again is useless. */
    public boolean forGood() {
      return !PASSING.contains(reasonCode);
    }
  }

  /** The message's lifetime ended before it was sent. */
  public static final class Expired extends LinkException {
    private static final long serialVersionUID = 1L;

    public Expired(String message) {
      super(message);
    }
  }

  /** Too many messages wait already; nothing was sent. */
  public static final class Busy extends LinkException {
    private static final long serialVersionUID = 1L;

    public Busy(String message) {
      super(message);
    }
  }
}

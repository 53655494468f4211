package berth.protocol.stream;

/** A signal that may be sent to a program (signal(7)). */
public enum SignalName {
  HUP(1),
  INT(2),
  QUIT(3),
  KILL(9),
  USR1(10),
  USR2(12),
  TERM(15);

  private final int number;

  SignalName(int number) {
    this.number = number;
  }

  /** Its number, which for these is the same on every machine that Berth runs on. */
  public int number() {
    return number;
  }
}

package berth.protocol;

/** How large a terminal's window is, in characters; each side 1 to 65,535. */
public record WindowSize(int columns, int rows) {
  private static final int MOST = 65_535;

  public WindowSize {
    check("columns", columns);
    check("rows", rows);
  }

  private static void check(String what, int number) {
    if (number < 1 || number > MOST) {
      throw new IllegalArgumentException("bad " + what + " " + number + ": 1 to " + MOST);
    }
  }

  /** As people write it: {@code 80x24}. */
  @Override
  public String toString() {
    return columns + "x" + rows;
  }
}

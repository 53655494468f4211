package berth.protocol.command;

import java.util.regex.Pattern;

/** Whom a file belongs to, by the numbers that the container has for them. */
public record FileOwner(long uid, long gid) {
  private static final Pattern TEXT = Pattern.compile("([0-9]{1,10})(?::([0-9]{1,10}))?");

  /** The kernel keeps the last number for "nobody in particular" (chown(2)). */
  private static final long HIGHEST = 0xFFFFFFFEL;

  public FileOwner {
    if (uid < 0 || uid > HIGHEST || gid < 0 || gid > HIGHEST) {
      throw new IllegalArgumentException("bad owner " + uid + ":" + gid + ": 0 to " + HIGHEST);
    }
  }

  /** Reads {@code UID:GID}, or {@code UID} for a group of the same number. */
  public static FileOwner parse(String text) {
    var matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "bad owner \"" + text + "\": write UID:GID in numbers, such as 33:33");
    }
    var uid = Long.parseLong(matcher.group(1));
    return new FileOwner(uid, matcher.group(2) == null ? uid : Long.parseLong(matcher.group(2)));
  }

  @Override
  public String toString() {
    return uid + ":" + gid;
  }
}

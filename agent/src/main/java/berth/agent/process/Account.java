package berth.agent.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Whom a program runs as, by what a container's passwd(5) and group(5) say. The files are the
 * container's own making: lines that are none are passed over, and whatever a line says is a number
 * of the container's and no more than that.
 *
 * @param home an absolute path
 */
record Account(String name, long uid, long gid, List<Long> groups, String home) {
  static final Account ROOT = new Account("root", 0, 0, List.of(), "/root");

  /** The kernel's last number but one; the last means "none". */
  private static final long MOST = 0xffff_fffeL;

  private static final int MOST_GROUPS = 64;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");
  private static final Pattern HOME = Pattern.compile("/[^\\p{Cntrl}]{0,255}");

  Account {
    groups = List.copyOf(groups);
  }

  /** Whom a name or a number means; a number needs no line. */
  static Optional<Account> find(String user, String passwd, String group) {
    var named = lines(passwd, 7).filter(f -> f[0].equals(user)).findFirst();
    if (named.isEmpty() && NUMBER.matcher(user).matches()) {
      var number = Long.parseLong(user);
      named = lines(passwd, 7).filter(f -> Long.parseLong(f[2]) == number).findFirst();
      if (named.isEmpty() && number <= MOST) {
        return Optional.of(new Account(user, number, number, List.of(), "/"));
      }
    }
    return named
        .filter(f -> NUMBER.matcher(f[3]).matches() && Long.parseLong(f[3]) <= MOST)
        .map(f -> of(f, group))
        .or(() -> user.equals("root") || user.equals("0") ? Optional.of(ROOT) : Optional.empty());
  }

  private static Account of(String[] fields, String group) {
    var groups = new ArrayList<Long>();
    lines(group, 4)
        .filter(f -> List.of(f[3].split(",", -1)).contains(fields[0]))
        .map(f -> Long.valueOf(f[2]))
        .distinct()
        .limit(MOST_GROUPS)
        .forEach(groups::add);
    var home = HOME.matcher(fields[5]).matches() ? fields[5] : "/";
    return new Account(
        fields[0], Long.parseLong(fields[2]), Long.parseLong(fields[3]), groups, home);
  }

  /** The lines with so many fields, of which the third is a number of a user or group. */
  private static Stream<String[]> lines(String file, int fields) {
    return file.lines()
        .map(line -> line.split(":", -1))
        .filter(f -> f.length == fields && NUMBER.matcher(f[2]).matches())
        .filter(f -> Long.parseLong(f[2]) <= MOST);
  }
}

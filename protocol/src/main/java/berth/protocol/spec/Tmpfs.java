package berth.protocol.spec;

import berth.protocol.ByteSize;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A folder of the container's that is kept in memory and lost with each stop (systemd-nspawn(1),
 * {@code --tmpfs=}).
 *
 * @param path in the container
 * @param size the most it holds; empty for half of the host's memory (tmpfs(5))
 * @param mode its permissions in octal, such as {@code 1777}; empty for {@code 0755}
 */
public record Tmpfs(String path, Optional<ByteSize> size, Optional<String> mode) {
  private static final Pattern MODE = Pattern.compile("[0-7]{3,4}");

  public Tmpfs {
    Rules.path("path", path);
    size = Rules.optional(size);
    mode = Rules.optional(mode);
    if (path.equals("/")) {
      throw Rules.bad("path", path, "the container's root is its volume; see ephemeral");
    }
    mode.ifPresent(
        text -> berth.protocol.Names.require("mode", MODE, "three or four of 0-7", text));
    if (size.isPresent() && size.get().bytes() == 0) {
      throw Rules.bad("size", size.get(), "more than nothing; leave it out for no limit");
    }
  }
}

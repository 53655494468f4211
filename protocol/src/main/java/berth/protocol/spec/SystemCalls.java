package berth.protocol.spec;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How the system calls that a container may make differ from those that nspawn allows by itself
 * (systemd.nspawn(5), {@code SystemCallFilter=}): single ones, or groups that begin with {@code @}
 * (systemd.exec(5)).
 */
public record SystemCalls(List<String> allow, List<String> deny) {
  /** As nspawn has them. */
  public static final SystemCalls DEFAULT = new SystemCalls(List.of(), List.of());

  private static final Set<String> GROUPS =
      Set.of(
          ("@default @aio @basic-io @chown @clock @cpu-emulation @debug @file-system @io-event @ipc"
                  + " @keyring @memlock @module @mount @network-io @obsolete @pkey @privileged"
                  + " @process @raw-io @reboot @resources @sandbox @setuid @signal @swap @sync"
                  + " @system-service @timer @known")
              .split(" "));
  private static final Pattern CALL = Pattern.compile("@[a-z-]+|[a-z][a-z0-9_]*");
  private static final String RULE = "the name of a call, or a group such as @mount";

  public SystemCalls {
    allow = checked(allow);
    deny = checked(deny);
    for (var call : allow) {
      if (deny.contains(call)) {
        throw Rules.bad("system call", call, "it is both allowed and denied");
      }
    }
  }

  private static List<String> checked(List<String> calls) {
    var words = Rules.words(calls, CALL, "system call", RULE);
    for (var word : words) {
      if (word.startsWith("@") && !GROUPS.contains(word)) {
        throw Rules.bad("system call group", word, "see systemd-analyze syscall-filter");
      }
    }
    return words;
  }
}

package berth.protocol.spec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * When systemd starts a container again that ended by itself (systemd.service(5), {@code
 * Restart=}); one that asked to reboot always is.
 */
public enum Restart {
  NO,
  ON_SUCCESS,
  ON_FAILURE,
  ON_ABNORMAL,
  ON_WATCHDOG,
  ON_ABORT,
  ALWAYS;

  /** Reads the word that stands for one. */
  @JsonCreator
  public static Restart of(String text) {
    return Arrays.stream(values())
        .filter(one -> one.word().equals(text))
        .findFirst()
        .orElseThrow(() ->
            Rules.bad(
                "restart policy",
                text,
                "one of "
                    + Arrays.stream(values())
                        .map(Restart::word)
                        .collect(Collectors.joining(", "))));
  }

  /** As it is written in documents and in systemd's files. */
  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

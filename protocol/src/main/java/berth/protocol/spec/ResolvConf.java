package berth.protocol.spec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What becomes of the container's /etc/resolv.conf (systemd-nspawn(1), {@code --resolv-conf=}). */
public enum ResolvConf {
  AUTO,
  OFF,
  COPY_HOST,
  COPY_STATIC,
  COPY_UPLINK,
  COPY_STUB,
  REPLACE_HOST,
  REPLACE_STATIC,
  REPLACE_UPLINK,
  REPLACE_STUB,
  BIND_HOST,
  BIND_STATIC,
  BIND_UPLINK,
  BIND_STUB,
  DELETE;

  /** Reads the word that stands for one. */
  @JsonCreator
  public static ResolvConf of(String text) {
    return Arrays.stream(values())
        .filter(one -> one.word().equals(text))
        .findFirst()
        .orElseThrow(() ->
            Rules.bad(
                "resolv.conf mode",
                text,
                "one of "
                    + Arrays.stream(values())
                        .map(ResolvConf::word)
                        .collect(Collectors.joining(", "))));
  }

  /** As it is written in documents and in systemd's files. */
  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

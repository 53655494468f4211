package berth.protocol.spec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Whose users a container's users are (systemd-nspawn(1), {@code --private-users=}). */
public enum PrivateUsers {
  /** Its own, in a range that no other container has: root inside is nobody outside. */
  PICK,
  /** The host's numbers, but rights that end at the container. */
  IDENTITY,
  /** The host's own users: root inside is root outside. */
  NO;

  /** Reads the word that stands for one. */
  @JsonCreator
  public static PrivateUsers of(String text) {
    return Arrays.stream(values())
        .filter(one -> one.word().equals(text))
        .findFirst()
        .orElseThrow(() ->
            Rules.bad(
                "private users",
                text,
                "one of "
                    + Arrays.stream(values())
                        .map(PrivateUsers::word)
                        .collect(Collectors.joining(", "))));
  }

  /** As it is written in documents and in systemd's files. */
  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

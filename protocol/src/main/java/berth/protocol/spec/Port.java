package berth.protocol.spec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A port of the host that leads into the container, written as nspawn does: {@code tcp:8080:80}, or
 * {@code 8080:80} and {@code 80} for short (systemd-nspawn(1), {@code --port=}).
 */
public record Port(Protocol protocol, int host, int container) {
  private static final Pattern TEXT =
      Pattern.compile("(?:(tcp|udp):)?([0-9]{1,5})(?::([0-9]{1,5}))?");
  private static final String RULE =
      "write tcp:HOST:CONTAINER or udp:HOST:CONTAINER with ports from 1 to 65535";

  /** What listens there. */
  public enum Protocol {
    TCP,
    UDP;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Port {
    if (host < 1 || host > 65535 || container < 1 || container > 65535) {
      throw Rules.bad("port", protocol + ":" + host + ":" + container, RULE);
    }
  }

  /** Reads what people write. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Port of(String text) {
    var matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw Rules.bad("port", text, RULE);
    }
    var host = Integer.parseInt(matcher.group(2));
    return new Port(
        "udp".equals(matcher.group(1)) ? Protocol.UDP : Protocol.TCP,
        host,
        matcher.group(3) == null ? host : Integer.parseInt(matcher.group(3)));
  }

  @Override
  @JsonValue
  public String toString() {
    return protocol + ":" + host + ":" + container;
  }
}

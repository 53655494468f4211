package berth.protocol.spec;

import berth.protocol.ByteSize;
import java.util.Objects;

/**
 * How fast a container may read from, or write to, a device (systemd.resource-control(5), {@code
 * IOReadBandwidthMax=}).
 *
 * @param path a block device, or a file on the file system that the device holds
 * @param perSecond this many bytes a second
 */
public record Bandwidth(String path, ByteSize perSecond) {
  public Bandwidth {
    Rules.wordPath("path", path);
    Objects.requireNonNull(perSecond, "perSecond");
    if (perSecond.bytes() == 0) {
      throw Rules.bad("perSecond", perSecond, "more than nothing");
    }
  }
}

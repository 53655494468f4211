package berth.controller.cli;

import berth.protocol.HostId;
import berth.protocol.PoolName;

/** A pool by its host, as people write it: {@code host/pool}. */
record PoolRef(HostId host, PoolName pool) {
  /** Reads {@code host/pool}; anything else is refused with what to write. */
  static PoolRef parse(String text) {
    var slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "bad pool \"" + text + "\": write HOST/POOL, such as lab1/default");
    }
    return new PoolRef(
        new HostId(text.substring(0, slash)), new PoolName(text.substring(slash + 1)));
  }

  @Override
  public String toString() {
    return host + "/" + pool;
  }
}

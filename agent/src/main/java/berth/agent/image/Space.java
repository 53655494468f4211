package berth.agent.image;

import berth.agent.linux.FileSystem;
import berth.agent.storage.Pool;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import java.io.IOException;

/** The room that a pool has left. */
final class Space {
  private Space() {}

  /** Refuses to begin what is likely to end with a full disk. */
  static void require(Pool pool, long bytes, String action) throws IOException {
    var storage = pool.storage();
    // The file that is fetched is beside the volumes, and what is unpacked may be somewhere else.
    var free = Math.min(FileSystem.of(storage.folder()).free(), storage.room().free());
    if (free < bytes) {
      throw new BerthException(
          ProblemCode.NO_SPACE,
          "the pool \""
              + pool.name()
              + "\" has "
              + new ByteSize(free)
              + " left; to "
              + action
              + " takes about "
              + new ByteSize(bytes),
          "remove what is not needed from " + pool.storage().folder() + ", or grow it");
    }
  }
}

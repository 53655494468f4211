package berth.agent.storage;

import java.io.IOException;
import java.nio.file.Path;

/** A pool of one layout on a real file system, for a contract to be held against. */
public interface Ground extends AutoCloseable {
  /** Opens it as an agent does that starts. */
  StorageBackend open() throws IOException;

  /** Makes what is nested in a volume as far as the layout has such; else a plain folder. */
  void nest(Path folder) throws IOException;

  /** Has a look into the tree of an image or a snapshot, which may be mounted nowhere. */
  void look(Path tree, Look look) throws IOException;

  @Override
  void close() throws IOException;

  /** Looks at the files of a tree. */
  @FunctionalInterface
  interface Look {
    void at(Path files) throws IOException;
  }
}

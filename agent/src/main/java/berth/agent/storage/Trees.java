package berth.agent.storage;

import berth.agent.dispatch.Job;
import berth.protocol.ByteSize;
import berth.protocol.state.PoolFeatures;
import berth.protocol.state.PoolFullness;
import berth.protocol.state.PoolState.Layout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How one layout makes, copies and removes the folder tree that a volume or an image is. What is
 * atomic and what is hidden, {@link FolderBackend} sees to.
 */
public interface Trees {
  /** Which layout it is. */
  Layout layout();

  /** What can be done with trees that {@link #create} makes in a folder. */
  PoolFeatures features(Path folder) throws IOException;

  /** How much of what trees in a folder take is in use. */
  PoolFullness fullness(Path folder) throws IOException;

  /** A new and empty tree that its owner, root, alone may write to. */
  void create(Path tree) throws IOException;

  /** Makes a writable copy of an image's tree; a copy that fails may leave a part of it. */
  void copy(StoredImage image, Path tree, Job job) throws IOException;

  /** Makes a writable copy of a volume's tree; a copy that fails may leave a part of it. */
  void copy(Path volume, Path tree, Job job) throws IOException;

  /**
   * Makes a read-only copy of a volume's tree that takes no room of its own at first; {@code
   * UNSUPPORTED} where it would. A copy that fails may leave a part of it.
   */
  void keep(Path volume, Path tree, Job job) throws IOException;

  /** Whether a volume's tree is copied as it is at one moment, however large it is. */
  boolean copiesAtOnce(Path volume) throws IOException;

  /** Keeps a volume's tree from growing past a size, or no longer. */
  void limit(Path volume, Optional<ByteSize> size) throws IOException;

  /** Protects an image against writes, or allows them again. */
  void readOnly(Path tree, boolean on) throws IOException;

  /** Removes a tree, writable or not, or the part of one. */
  void delete(Path tree) throws IOException;
}

package berth.agent.storage;

import berth.agent.dispatch.Job;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.SnapshotName;
import berth.protocol.state.PoolFeatures;
import berth.protocol.state.PoolState.Layout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Keeps the volumes and images of one pool. Every call completes or leaves nothing behind; what an
 * agent that was killed in a call's middle left, {@link #sweep} takes away. A volume or image that
 * can be seen is whole and on the disk. Calls may run at once; those for one name one after
 * another.
 */
public interface StorageBackend {
  /** How it keeps volumes. What that can't do is refused by name, never imitated badly. */
  Layout layout();

  /** What it can do with volumes that it makes; as it is now, where that may change. */
  PoolFeatures features() throws IOException;

  /** The folder that its volumes are in. */
  Path folder();

  /** The containers that have a volume here, whoever made it, in order of their names. */
  List<ContainerName> volumes() throws IOException;

  /** The root of a container's volume, where there is one. */
  Optional<Path> volume(ContainerName container);

  /**
   * The same, there to be read and written: elsewhere what is written beneath a volume that is not
   * mounted would be hidden by it.
   */
  default Optional<Path> open(ContainerName container) throws IOException {
    return volume(container);
  }

  /**
   * Makes a volume from an image. {@code ALREADY_EXISTS} where there is one, {@code NOT_FOUND}
   * without the image.
   *
   * @param finish does the rest to the new tree before anybody can see it
   */
  Path create(ContainerName container, ImageName image, Change finish, Job job) throws IOException;

  /**
   * Makes a volume of what is put into a new and empty tree. {@code ALREADY_EXISTS} where there is
   * one.
   *
   * @param room for how much it is made where a layout gives it a size of its own; empty for the
   *     usual
   * @param fill does so; what it throws leaves nothing
   */
  Path make(ContainerName container, Optional<ByteSize> room, Change fill, Job job)
      throws IOException;

  /**
   * Makes a volume that is a copy of another one, with what is nested in that. {@code
   * ALREADY_EXISTS} where there is one, {@code NOT_FOUND} without the source, {@code CONFLICT} for
   * a source in use that can't be copied as it is at one moment.
   *
   * @param inUse whether somebody may write to the source meanwhile
   * @param finish does the rest to the new tree before anybody can see it
   */
  Path copy(ContainerName source, ContainerName container, boolean inUse, Change finish, Job job)
      throws IOException;

  /**
   * Gives a volume another name, and its snapshots with it: those first, so that a repeat after a
   * crash between the two goes on. {@code ALREADY_EXISTS} where something has that, {@code
   * NOT_FOUND} without the volume.
   */
  Path rename(ContainerName from, ContainerName to) throws IOException;

  /**
   * Keeps a volume from growing past a size, or no longer. One that is larger already keeps what it
   * has and gets no more. {@code NOT_FOUND} without the volume, {@code UNSUPPORTED} where this pool
   * has no way to do so.
   *
   * @param size of what is in it, shared with other volumes or not; empty for no limit
   */
  void limit(ContainerName container, Optional<ByteSize> size) throws IOException;

  /**
   * Removes a volume with whatever is nested in it; its snapshots stay. One that is not there is
   * fine.
   */
  void delete(ContainerName container) throws IOException;

  /** The containers that have snapshots here, also those that are gone, in order of their names. */
  List<ContainerName> snapshotted() throws IOException;

  /** The snapshots of a container, the oldest first. */
  List<StoredSnapshot> snapshots(ContainerName container) throws IOException;

  /**
   * Keeps a volume as it is, with what is nested in it. {@code ALREADY_EXISTS} where it has one of
   * that name, {@code NOT_FOUND} without the volume, {@code CONFLICT} for one in use that can't be
   * copied as it is at one moment, {@code UNSUPPORTED} where a snapshot would be a whole copy.
   *
   * @param inUse whether somebody may write to the volume meanwhile
   * @param check called before anybody can see it; what it throws leaves nothing
   */
  StoredSnapshot snapshot(
      ContainerName container, SnapshotRecord record, boolean inUse, Runnable check, Job job)
      throws IOException;

  /** Gives what somebody makes of the tree of a snapshot, which stays as long. */
  <T> T read(ContainerName container, SnapshotName snapshot, Reading<T> then) throws IOException;

  /**
   * Makes a volume what it was, in one step, or anew where there is none. {@code NOT_FOUND} without
   * the snapshot, which stays as it is.
   *
   * @param size that it may not grow past, where it is not larger in the snapshot already and the
   *     layout can't make it smaller; empty for no limit
   * @param finish does the rest to the new tree before anybody can see it
   * @param check called right before that step and right after it, before anything is removed; what
   *     it throws leaves the volume as it was
   */
  Path restore(
      ContainerName container,
      SnapshotName snapshot,
      Optional<ByteSize> size,
      RestoredChange finish,
      Runnable check,
      Job job)
      throws IOException;

  /** Removes a snapshot; one that is not there is fine. */
  default void delete(ContainerName container, SnapshotName snapshot) throws IOException {
    delete(container, snapshot, _ -> true);
  }

  /**
   * The same, if it is what was meant: meanwhile another may have got its name.
   *
   * @param meant asked at the last moment
   */
  void delete(ContainerName container, SnapshotName snapshot, Predicate<SnapshotRecord> meant)
      throws IOException;

  /** The images of this pool, in order of their names. */
  List<StoredImage> images() throws IOException;

  /**
   * Makes an image, in the place of one of that name where there is one; volumes made from that
   * stay as they are.
   *
   * @param fill puts its files into a new and empty tree
   */
  StoredImage make(ImageName image, Filling fill, Job job) throws IOException;

  /** Removes an image; one that is not there is fine. */
  void delete(ImageName image) throws IOException;

  /**
   * A place for a file that is being fetched; it is swept once nobody has written to it for a day.
   */
  Path fetching(String name);

  /** Takes away what an agent left in the middle of its work. To be called before any other. */
  void sweep() throws IOException;

  /** How much it holds, and how much of that is free. */
  Room room() throws IOException;

  /** Changes a tree that nobody else can see yet. */
  @FunctionalInterface
  interface Change {
    void to(Path tree) throws IOException;
  }

  /** Changes a tree that was made of a snapshot and that nobody else can see yet. */
  @FunctionalInterface
  interface RestoredChange {
    void to(Path tree, SnapshotRecord of) throws IOException;
  }

  /** Reads a tree that nobody changes meanwhile. */
  @FunctionalInterface
  interface Reading<T> {
    T of(Path tree, SnapshotRecord record) throws IOException;
  }

  /** Fills an empty tree that nobody else can see yet and tells what it came to. */
  @FunctionalInterface
  interface Filling {
    ImageRecord of(Path tree) throws IOException;
  }
}

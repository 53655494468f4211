package berth.agent.storage;

import berth.agent.linux.FileSystem;
import berth.protocol.ByteSize;
import berth.protocol.PoolName;
import berth.protocol.state.ImageState;
import berth.protocol.state.PoolState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Storage with one layout, under the name that commands call it by. */
public record Pool(PoolName name, StorageBackend storage) {

  /** What it is and how full. */
  public PoolState state() {
    try {
      var system = FileSystem.of(storage.folder());
      return new PoolState(
          name,
          storage.features().layout(),
          storage.folder().toString(),
          new ByteSize(system.size()),
          new ByteSize(system.size() - system.free()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An image of this pool as the controller knows it. */
  public ImageState state(StoredImage image) {
    var record = image.record();
    return new ImageState(image.name(), name, record.created(), record.os(), record.source());
  }

  /** The images of this pool as the controller knows them. */
  public List<ImageState> images() {
    try {
      return storage.images().stream().map(this::state).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package berth.agent.copy;

import berth.agent.dispatch.Job;
import berth.agent.storage.Tools;
import berth.agent.transfer.Download;
import berth.agent.transfer.Upload;
import berth.protocol.ByteSize;
import berth.protocol.Sha256;
import berth.protocol.reply.Result.CopyResult;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** Containers as archives, sent and fetched; see {@link TreeArchive}. */
public final class Archives {
  private final TreeArchive archive;
  private final Download download;
  private final URI base;

  /** Locations that are no absolute addresses are beneath {@code base}. */
  public Archives(Tools tools, URI base) {
    this.archive = new TreeArchive(tools);
    this.download = new Download(base);
    this.base = base;
  }

  /** Looks, once all was read, whether it was as it should be. */
  @FunctionalInterface
  public interface Check {
    void run() throws IOException;
  }

  /** Sends a tree which nobody changes meanwhile; it is complete only after the check. */
  public CopyResult send(Path tree, Manifest manifest, Check check, URI location, Job job)
      throws IOException {
    try (var upload = new Upload(base.resolve(location), job)) {
      var sent = archive.write(tree, manifest, check, upload, job);
      upload.complete();
      return sent;
    }
  }

  /** Fetches one to a file, which may hold the beginning of it already. */
  public void fetch(URI location, Sha256 sha256, ByteSize size, Path file, Job job)
      throws IOException {
    download.fetch(location, sha256, size, file, job);
  }

  /** What one says of itself; {@code INVALID} where it is none of a container. */
  public Manifest manifest(Path file) throws IOException {
    return archive.manifest(file);
  }

  /**
   * Unpacks one into an empty tree, all of it beneath that. It counts once this is done: what is
   * damaged or too large is refused, and then the tree is of no use.
   *
   * @param most how much there may be in it
   * @return what is not as it was, a line each
   */
  public List<String> unpack(Path file, Path tree, ByteSize most, Job job) throws IOException {
    return archive.read(file, tree, most, job);
  }
}

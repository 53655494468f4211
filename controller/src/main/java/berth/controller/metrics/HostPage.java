package berth.controller.metrics;

import berth.protocol.BerthException;
import berth.protocol.Bytes;
import berth.protocol.ProblemCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** A host's page of metrics, which comes compressed. */
public final class HostPage {
  /** Far more than a host with thousands of containers has to tell. */
  private static final int MOST_BYTES = 64 * 1024 * 1024;

  private HostPage() {}

  /** The page as text, for a client that can't decompress it; {@code FAILED} where it is none. */
  public static Bytes decompressed(Bytes gzip) {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(gzip.array()))) {
      var text = in.readNBytes(MOST_BYTES + 1);
      if (text.length > MOST_BYTES) {
        throw new BerthException(
            ProblemCode.TOO_LARGE, "the host's metrics are more than " + MOST_BYTES + " bytes");
      }
      return Bytes.of(text);
    } catch (IOException e) {
      throw new BerthException(ProblemCode.FAILED, "the host's metrics are no gzip: " + e);
    }
  }
}

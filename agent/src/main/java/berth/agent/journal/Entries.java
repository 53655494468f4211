package berth.agent.journal;

import berth.protocol.Bytes;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.h2.mvstore.DataUtils;

/**
 * The bytes of the journal's entries. The store checks where its pages begin and end, not what is
 * in them, so each entry ends with a checksum (CRC-32C) of its own.
 */
final class Entries {
  private Entries() {}

  /** A command that was accepted. */
  record CommandEntry(Instant acceptedAt, Instant deadline) {}

  /**
   * A command that has no reply yet.
   *
   * @param order of acceptance
   * @param attempt 1 for the first
   * @param envelope its JSON as it came
   */
  record UnfinishedEntry(long order, int attempt, Bytes envelope) {}

  static byte[] bytes(CommandEntry entry) {
    var buffer = ByteBuffer.allocate(2 * Long.BYTES);
    buffer.putLong(entry.acceptedAt().toEpochMilli()).putLong(entry.deadline().toEpochMilli());
    return seal(buffer.array());
  }

  static CommandEntry command(byte[] bytes) {
    var buffer = ByteBuffer.wrap(sealed(bytes));
    return new CommandEntry(
        Instant.ofEpochMilli(buffer.getLong()), Instant.ofEpochMilli(buffer.getLong()));
  }

  static byte[] bytes(UnfinishedEntry entry) {
    var buffer = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + entry.envelope().length());
    buffer.putLong(entry.order()).putInt(entry.attempt()).put(entry.envelope().array());
    return seal(buffer.array());
  }

  static UnfinishedEntry unfinished(byte[] bytes) {
    var buffer = ByteBuffer.wrap(sealed(bytes));
    var order = buffer.getLong();
    var attempt = buffer.getInt();
    var envelope = new byte[buffer.remaining()];
    buffer.get(envelope);
    return new UnfinishedEntry(order, attempt, Bytes.of(envelope));
  }

  /** Content with its checksum behind it. */
  static byte[] seal(byte[] content) {
    return ByteBuffer.allocate(content.length + Integer.BYTES)
        .put(content)
        .putInt(checksum(content, content.length))
        .array();
  }

  /** The content of what {@link #seal} made; throws where it is not the same any more. */
  static byte[] sealed(byte[] bytes) {
    var length = bytes.length - Integer.BYTES;
    if (length < 0 || ByteBuffer.wrap(bytes).getInt(length) != checksum(bytes, length)) {
      throw DataUtils.newMVStoreException(
          DataUtils.ERROR_FILE_CORRUPT, "an entry of the journal is damaged");
    }
    return Arrays.copyOf(bytes, length);
  }

  private static int checksum(byte[] bytes, int length) {
    var checksum = new CRC32C();
    checksum.update(bytes, 0, length);
    return (int) checksum.getValue();
  }
}

package berth.agent.copy.tar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads an archive as tar programs write them: POSIX's with pax headers, GNU's with its long names
 * and sparse files, and the older ones. What does not fit is refused as {@code INVALID}; nothing in
 * an archive makes it take more than some megabytes of memory. Names come as they stand there: it
 * is for the receiver to keep them where they may be.
 */
public final class TarReader {
  static final int BLOCK = 512;
  static final String COMMENT = "comment";
  static final String ATTRIBUTE = "SCHILY.xattr.";

  /** Of all headers before a member, with those that hold for all. */
  private static final int LARGEST_HEADERS = 1 << 20;

  private static final int LONGEST_NAME = 64 << 10;
  private static final byte[] ZEROS = new byte[BLOCK];

  private final InputStream in;
  private final Runnable beforeMember;
  private final Map<String, String> global = new LinkedHashMap<>();
  private long left;
  private long padding;
  private long headers;

  /** Reads a stream, which should be buffered. */
  public TarReader(InputStream in) {
    this(in, () -> {});
  }

  /**
   * The same.
   *
   * @param beforeMember is told when all that is before a member, or before the end, was read
   */
  public TarReader(InputStream in, Runnable beforeMember) {
    this.in = in;
    this.beforeMember = beforeMember;
  }

  /** The next member, whatever was read of the last one; empty at the archive's end. */
  public Optional<TarEntry> next() throws IOException {
    skip(left + padding);
    left = 0;
    padding = 0;
    headers = 0;
    beforeMember.run();
    var records = new HashMap<>(global);
    while (true) {
      var block = new byte[BLOCK];
      var count = in.readNBytes(block, 0, BLOCK);
      if (count == 0) {
        throw broken("it ends too early");
      }
      if (count == BLOCK && Arrays.equals(block, ZEROS)) {
        return Optional.empty();
      }
      var header = new Header(block);
      if (count < BLOCK || !header.isRight()) {
        throw broken("a header that is none");
      }
      switch (header.type()) {
        case 'x', 'X' -> PaxRecords.read(body(header, LARGEST_HEADERS), records);
        case 'g' -> {
          PaxRecords.read(body(header, LARGEST_HEADERS), global);
          requireFew(global);
          records.putAll(global);
        }
        case 'L' -> records.put("path", upToZero(body(header, LONGEST_NAME)));
        case 'K' -> records.put("linkpath", upToZero(body(header, LONGEST_NAME)));
        default -> {
          return Optional.of(entry(header, records));
        }
      }
    }
  }

  /**
   * Reads data of the member that came last, of a sparse one what is stored.
   *
   * @return how many bytes, or -1 at its end
   */
  public int read(byte[] into, int most) throws IOException {
    if (left == 0) {
      return -1;
    }
    var count = in.read(into, 0, (int) Math.min(most, left));
    if (count < 0) {
      throw broken("it ends in the middle of a file");
    }
    left -= count;
    return count;
  }

  static BerthException broken(String what) {
    return new BerthException(
        ProblemCode.INVALID,
        "the archive can't be read: " + what,
        "make one with: tar --format=pax --xattrs --sparse -cf FILE.tar ...");
  }

  private TarEntry entry(Header header, Map<String, String> records) throws IOException {
    var name =
        Optional.ofNullable(records.get("GNU.sparse.name"))
            .or(() -> Optional.ofNullable(records.get("path")))
            .orElseGet(header::name);
    var kind = kind(header, name);
    var stored = number(records, "size").orElse(header.size());
    if (stored < 0) {
      throw broken("a negative size");
    }
    if (kind == TarEntry.Kind.FILE) {
      left = stored;
    }
    padding = left == stored ? -stored & (BLOCK - 1) : 0;
    var extents =
        kind == TarEntry.Kind.FILE ? extents(header, records) : Optional.<List<Extent>>empty();
    var size = extents.isPresent() ? realSize(header, records) : left;
    extents.ifPresent(runs -> SparseMaps.check(runs, size, left));
    return new TarEntry(
        kind,
        name,
        records.getOrDefault("linkpath", header.link()),
        header.mode(),
        number(records, "uid").orElse(header.uid()),
        number(records, "gid").orElse(header.gid()),
        size,
        records.containsKey("mtime")
            ? PaxRecords.time(records.get("mtime"))
            : time(header.modified()),
        attributes(records),
        extents,
        kind == TarEntry.Kind.DEVICE ? Optional.of(header.device()) : Optional.empty(),
        Optional.ofNullable(records.get(COMMENT)));
  }

  private static Instant time(long seconds) {
    if (seconds < Instant.MIN.getEpochSecond() || seconds > Instant.MAX.getEpochSecond()) {
      throw broken("a time that is none");
    }
    return Instant.ofEpochSecond(seconds);
  }

  /** Before there was a type for folders, a slash at the end told them. */
  private static TarEntry.Kind kind(Header header, String name) {
    return switch (header.type()) {
      case '1' -> TarEntry.Kind.HARD_LINK;
      case '2' -> TarEntry.Kind.SYMBOLIC_LINK;
      case '3', '4' -> TarEntry.Kind.DEVICE;
      case '5' -> TarEntry.Kind.FOLDER;
      case '6' -> TarEntry.Kind.PIPE;
      case 0, '0' -> name.endsWith("/") ? TarEntry.Kind.FOLDER : TarEntry.Kind.FILE;
      case '7', 'S' -> TarEntry.Kind.FILE;
      default -> throw broken("a member of an unknown type");
    };
  }

  private Optional<List<Extent>> extents(Header header, Map<String, String> records)
      throws IOException {
    if (header.type() == 'S') {
      return Optional.of(SparseMaps.old(header, this::block));
    }
    if ("1".equals(records.get("GNU.sparse.major"))) {
      return Optional.of(SparseMaps.leading(this::dataBlock));
    }
    if (records.containsKey("GNU.sparse.map")) {
      return Optional.of(SparseMaps.listed(records.get("GNU.sparse.map")));
    }
    if (records.containsKey("GNU.sparse.offset")) {
      throw broken("a sparse file in GNU's format 0.0");
    }
    return Optional.empty();
  }

  private static long realSize(Header header, Map<String, String> records) {
    return header.type() == 'S'
        ? header.realSize()
        : number(records, "GNU.sparse.realsize")
            .or(() -> number(records, "GNU.sparse.size"))
            .orElseThrow(() -> broken("a sparse file without a size"));
  }

  private static void requireFew(Map<String, String> records) {
    var size = 0L;
    for (var one : records.entrySet()) {
      size += one.getKey().length() + one.getValue().length();
    }
    if (size > LARGEST_HEADERS) {
      throw broken("too many headers for all of it");
    }
  }

  private static Optional<Long> number(Map<String, String> records, String key) {
    return Optional.ofNullable(records.get(key)).map(PaxRecords::number);
  }

  private static Map<String, byte[]> attributes(Map<String, String> records) {
    var attributes = new HashMap<String, byte[]>();
    records.forEach((key, value) -> {
      if (key.startsWith(ATTRIBUTE)) {
        var name = key.substring(ATTRIBUTE.length()).replace("%3D", "=").replace("%25", "%");
        attributes.put(name, value.getBytes(ISO_8859_1));
      }
    });
    return attributes;
  }

  private byte[] body(Header header, int most) throws IOException {
    if (header.size() < 0 || header.size() > Math.min(most, LARGEST_HEADERS - headers)) {
      throw broken("a header of " + header.size() + " bytes");
    }
    headers += header.size();
    var body = in.readNBytes((int) header.size());
    if (body.length < header.size()) {
      throw broken("it ends in the middle of a header");
    }
    skip(-header.size() & (BLOCK - 1));
    return body;
  }

  private byte[] block() throws IOException {
    var block = in.readNBytes(BLOCK);
    if (block.length < BLOCK) {
      throw broken("it ends in the middle of a file");
    }
    return block;
  }

  /** A block that counts as data of the member. */
  private byte[] dataBlock() throws IOException {
    if (left < BLOCK) {
      throw broken("a sparse file whose map has no end");
    }
    left -= BLOCK;
    return block();
  }

  private void skip(long bytes) throws IOException {
    for (var rest = bytes; rest > 0; ) {
      var skipped = in.skip(rest);
      if (skipped == 0 && in.read() < 0) {
        throw broken("it ends in the middle of a file");
      }
      rest -= Math.max(1, skipped);
    }
  }

  private static String upToZero(byte[] bytes) {
    var text = new String(bytes, ISO_8859_1);
    var zero = text.indexOf('\0');
    return zero < 0 ? text : text.substring(0, zero);
  }
}

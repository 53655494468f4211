package berth.agent.copy.tar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes an archive as POSIX has it (pax(1)), with sparse files and attributes as GNU tar writes
 * them ({@code --format=pax --sparse --xattrs}): version 1.0 of the former, {@code SCHILY.xattr}
 * the latter. Memory does not grow with the archive.
 */
public final class TarWriter {
  private static final int BLOCK = 512;
  private static final int NAME_LENGTH = 100;
  private static final int PAX_NAME_LENGTH = 80;
  private static final long LARGEST = 077777777777L;
  private static final long LARGEST_ID = 07777777;
  private static final TarEntry.Device NO_DEVICE = new TarEntry.Device(false, 0, 0);

  private final OutputStream out;
  private long left;
  private long written;

  public TarWriter(OutputStream out) {
    this.out = out;
  }

  /** Begins a member: exactly {@link TarEntry#stored} bytes of data follow, then {@link #end}. */
  public void begin(TarEntry entry) throws IOException {
    var map = entry.extents().map(TarWriter::map).orElse(new byte[0]);
    var stored = map.length + entry.stored();
    var records = records(entry, stored);
    if (!records.isEmpty()) {
      var body = PaxRecords.write(records);
      var name = "./PaxHeaders/" + cut(last(entry.name()), PAX_NAME_LENGTH);
      header('x', name, "", 0644, 0, 0, body.length, 0, NO_DEVICE);
      out.write(body);
      pad(body.length);
    }
    header(
        type(entry),
        cut(name(entry), NAME_LENGTH),
        cut(entry.link(), NAME_LENGTH),
        entry.mode(),
        entry.uid() > LARGEST_ID ? 0 : entry.uid(),
        entry.gid() > LARGEST_ID ? 0 : entry.gid(),
        stored > LARGEST ? 0 : stored,
        Math.clamp(entry.modified().getEpochSecond(), 0L, LARGEST),
        entry.device().orElse(NO_DEVICE));
    out.write(map);
    left = entry.stored();
    written = stored;
  }

  /** Writes data of the member that was begun. */
  public void write(byte[] data, int length) throws IOException {
    if (length > left) {
      throw new IllegalStateException("more data than the member was said to have");
    }
    out.write(data, 0, length);
    left -= length;
  }

  /** Ends a member. */
  public void end() throws IOException {
    if (left != 0) {
      throw new IllegalStateException(left + " bytes of the member are missing");
    }
    pad(written);
  }

  /** Ends the archive; what it is written to stays open. */
  public void finish() throws IOException {
    out.write(new byte[2 * BLOCK]);
    out.flush();
  }

  private static Map<String, String> records(TarEntry entry, long stored) {
    var records = new LinkedHashMap<String, String>();
    if (entry.extents().isPresent()) {
      records.put("GNU.sparse.major", "1");
      records.put("GNU.sparse.minor", "0");
      records.put("GNU.sparse.name", entry.name());
      records.put("GNU.sparse.realsize", Long.toString(entry.size()));
    } else if (!fits(name(entry))) {
      records.put("path", name(entry));
    }
    if (!fits(entry.link())) {
      records.put("linkpath", entry.link());
    }
    if (entry.uid() > LARGEST_ID) {
      records.put("uid", Long.toString(entry.uid()));
    }
    if (entry.gid() > LARGEST_ID) {
      records.put("gid", Long.toString(entry.gid()));
    }
    if (stored > LARGEST) {
      records.put("size", Long.toString(stored));
    }
    var at = entry.modified();
    if (at.getNano() != 0 || at.getEpochSecond() < 0 || at.getEpochSecond() > LARGEST) {
      records.put("mtime", PaxRecords.time(at));
    }
    entry.comment().ifPresent(text -> records.put(TarReader.COMMENT, text));
    entry
        .attributes()
        .forEach((name, value) ->
            records.put(TarReader.ATTRIBUTE + escaped(name), new String(value, ISO_8859_1)));
    return records;
  }

  /** As GNU tar does it: a record's key ends at its first equals sign. */
  private static String escaped(String name) {
    return name.replace("%", "%25").replace("=", "%3D");
  }

  private static boolean fits(String name) {
    return name.length() <= NAME_LENGTH && name.chars().allMatch(c -> c >= ' ' && c < 0x7f);
  }

  private static byte[] map(List<Extent> runs) {
    var text = new StringBuilder().append(runs.size()).append('\n');
    runs.forEach(run -> text.append(run.at()).append('\n').append(run.length()).append('\n'));
    var bytes = text.toString().getBytes(ISO_8859_1);
    return Arrays.copyOf(bytes, Math.ceilDiv(bytes.length, BLOCK) * BLOCK);
  }

  private void header(
      char type,
      String name,
      String link,
      int mode,
      long uid,
      long gid,
      long size,
      long seconds,
      TarEntry.Device device)
      throws IOException {
    var block = new byte[BLOCK];
    text(block, 0, name);
    octal(block, 100, 8, mode);
    octal(block, 108, 8, uid);
    octal(block, 116, 8, gid);
    octal(block, 124, 12, size);
    octal(block, 136, 12, seconds);
    text(block, 148, "        ");
    block[156] = (byte) type;
    text(block, 157, link);
    text(block, 257, "ustar\0" + "00");
    octal(block, 329, 8, device.major());
    octal(block, 337, 8, device.minor());
    var sum = 0L;
    for (var one : block) {
      sum += Byte.toUnsignedInt(one);
    }
    octal(block, 148, 7, sum);
    out.write(block);
  }

  private static char type(TarEntry entry) {
    return switch (entry.kind()) {
      case FILE -> '0';
      case HARD_LINK -> '1';
      case SYMBOLIC_LINK -> '2';
      case FOLDER -> '5';
      case PIPE -> '6';
      case DEVICE -> entry.device().orElseThrow().block() ? '4' : '3';
    };
  }

  private static String name(TarEntry entry) {
    return entry.kind() == TarEntry.Kind.FOLDER ? entry.name() + "/" : entry.name();
  }

  private void pad(long length) throws IOException {
    out.write(new byte[(int) (-length & (BLOCK - 1))]);
  }

  private static void text(byte[] block, int at, String text) {
    var bytes = text.getBytes(ISO_8859_1);
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }

  private static void octal(byte[] block, int at, int width, long number) {
    var digits = Long.toOctalString(number);
    text(block, at, "0".repeat(width - 1 - digits.length()) + digits);
    block[at + width - 1] = 0;
  }

  private static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most);
  }

  private static String last(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }
}

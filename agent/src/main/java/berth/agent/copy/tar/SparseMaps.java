package berth.agent.copy.tar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The ways in which GNU tar tells where a sparse file has data. */
final class SparseMaps {
  private static final int MOST = 1 << 17;
  private static final int IN_HEADER = 4;
  private static final int IN_EXTENSION = 21;
  private static final int FIELD = 12;

  private SparseMaps() {}

  /** Where the next block comes from. */
  @FunctionalInterface
  interface Blocks {
    byte[] next() throws IOException;
  }

  /** Version 1.0: lines of decimal numbers in front of the data, filled up to whole blocks. */
  static List<Extent> leading(Blocks blocks) throws IOException {
    var numbers = new ArrayList<Long>();
    var line = new StringBuilder();
    var wanted = 1L;
    while (numbers.size() < wanted) {
      for (var one : new String(blocks.next(), ISO_8859_1).toCharArray()) {
        if (numbers.size() == wanted) {
          break;
        }
        if (one != '\n') {
          line.append(one);
        } else {
          numbers.add(PaxRecords.number(line.toString()));
          line.setLength(0);
          wanted = 1 + 2 * limited(numbers.getFirst());
        }
      }
      if (line.length() > TarReader.BLOCK) {
        throw wrong();
      }
    }
    var extents = new ArrayList<Extent>();
    for (var i = 1; i < wanted; i += 2) {
      extents.add(new Extent(numbers.get(i), numbers.get(i + 1)));
    }
    return extents;
  }

  /** Version 0.1: numbers with commas between them. */
  static List<Extent> listed(String map) {
    var numbers = map.split(",", -1);
    if (numbers.length % 2 != 0) {
      throw wrong();
    }
    limited(numbers.length / 2);
    var extents = new ArrayList<Extent>();
    for (var i = 0; i < numbers.length; i += 2) {
      extents.add(new Extent(PaxRecords.number(numbers[i]), PaxRecords.number(numbers[i + 1])));
    }
    return extents;
  }

  /** GNU's old format: in the header itself and in blocks behind it. */
  static List<Extent> old(Header header, Blocks blocks) throws IOException {
    var extents = new ArrayList<Extent>();
    add(header.block(), 386, IN_HEADER, extents);
    for (var more = header.block()[482] != 0; more; ) {
      var block = blocks.next();
      add(block, 0, IN_EXTENSION, extents);
      limited(extents.size());
      more = block[504] != 0;
    }
    return extents;
  }

  /** Refuses runs that overlap, go past the end, or are not all that is stored. */
  static void check(List<Extent> extents, long size, long stored) {
    var end = 0L;
    var sum = 0L;
    for (var extent : extents) {
      if (extent.length() < 0
          || extent.at() < end
          || extent.length() > size
          || extent.at() > size - extent.length()) {
        throw wrong();
      }
      end = extent.end();
      sum += extent.length();
    }
    if (sum != stored) {
      throw wrong();
    }
  }

  private static void add(byte[] block, int at, int count, List<Extent> into) {
    for (var i = at; i < at + count * 2 * FIELD; i += 2 * FIELD) {
      if (block[i] != 0) {
        into.add(
            new Extent(Header.number(block, i, FIELD), Header.number(block, i + FIELD, FIELD)));
      }
    }
  }

  private static long limited(long count) {
    if (count > MOST) {
      throw wrong();
    }
    return count;
  }

  private static RuntimeException wrong() {
    return TarReader.broken("the map of a sparse file");
  }
}

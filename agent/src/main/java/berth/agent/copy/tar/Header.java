package berth.agent.copy.tar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** The header block of a member (tar(5)). */
final class Header {
  private final byte[] block;

  Header(byte[] block) {
    this.block = block;
  }

  /** Whether its checksum is right; old programs summed signed bytes. */
  boolean isRight() {
    var unsigned = 0L;
    var signed = 0L;
    for (var i = 0; i < block.length; i++) {
      var one = i >= 148 && i < 156 ? (byte) ' ' : block[i];
      unsigned += Byte.toUnsignedInt(one);
      signed += one;
    }
    var told = number(148, 8);
    return told == unsigned || told == signed;
  }

  char type() {
    return (char) Byte.toUnsignedInt(block[156]);
  }

  /** POSIX has a second field for the beginning of a long name; GNU has other things there. */
  String name() {
    var posix = text(257, 6).equals("ustar");
    var prefix = posix ? text(345, 155) : "";
    return prefix.isEmpty() ? text(0, 100) : prefix + "/" + text(0, 100);
  }

  String link() {
    return text(157, 100);
  }

  int mode() {
    return (int) (number(100, 8) & 07777);
  }

  long uid() {
    return number(108, 8);
  }

  long gid() {
    return number(116, 8);
  }

  long size() {
    return number(124, 12);
  }

  long modified() {
    return number(136, 12);
  }

  /** Which device a node is for. */
  TarEntry.Device device() {
    return new TarEntry.Device(type() == '4', number(329, 8), number(337, 8));
  }

  /** Of GNU's old sparse files: the size with the holes. */
  long realSize() {
    return number(483, 12);
  }

  byte[] block() {
    return block;
  }

  private String text(int at, int width) {
    var text = new String(block, at, width, ISO_8859_1);
    var zero = text.indexOf('\0');
    return zero < 0 ? text : text.substring(0, zero);
  }

  private long number(int at, int width) {
    return number(block, at, width);
  }

  /** Octal digits, or GNU's base 256 where the first bit is set. */
  static long number(byte[] block, int at, int width) {
    if ((block[at] & 0x80) != 0) {
      return binary(block, at, width);
    }
    var digits = new String(block, at, width, ISO_8859_1).replace('\0', ' ').strip();
    if (!digits.matches("[0-7]{0,20}")) {
      throw TarReader.broken("a number in a header");
    }
    return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
  }

  private static long binary(byte[] block, int at, int width) {
    var value = block[at] == (byte) 0xff ? -1L : block[at] & 0x7fL;
    for (var i = at + 1; i < at + width; i++) {
      if (value > Long.MAX_VALUE >> 8 || value < Long.MIN_VALUE >> 8) {
        throw TarReader.broken("a number in a header");
      }
      value = value << 8 | Byte.toUnsignedLong(block[i]);
    }
    return value;
  }
}

package berth.agent.copy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The extended attributes that are copied: those of users, access lists and file capabilities. The
 * last two have numbers of users in them, which are not the host's inside of a container. Labels of
 * security modules are for the place where a file is and stay there.
 */
final class Attributes {
  static final String CAPABILITY = "security.capability";
  private static final String USER = "user.";
  private static final String LIST = "system.posix_acl_";
  private static final int LIST_VERSION = 2;
  private static final int NAMED_USER = 0x02;
  private static final int NAMED_GROUP = 0x08;
  private static final int REVISION_2 = 0x02000000;
  private static final int REVISION_3 = 0x03000000;
  private static final int REVISION_MASK = 0xFF000000;
  private static final int SIZE_2 = 20;
  private static final int SIZE_3 = 24;

  private Attributes() {}

  /** As the container has them. */
  static Map<String, byte[]> inside(Map<String, byte[]> outside, Ids ids) {
    return each(
        outside,
        value -> list(value, ids::user, ids::group),
        value -> Optional.of(withoutRoot(value)));
  }

  /** As the host has them; one that names a user whom the container does not have is left out. */
  static Map<String, byte[]> outside(Map<String, byte[]> inside, Ids ids) {
    var root = ids.hostUser(0).orElse(0L);
    return each(
        inside,
        value ->
            list(value, id -> ids.hostUser(id).orElse(-1L), id -> ids.hostGroup(id).orElse(-1L)),
        value -> Optional.of(root == 0 ? value : withRoot(value, root)));
  }

  private interface Change {
    Optional<byte[]> of(byte[] value);
  }

  private static Map<String, byte[]> each(Map<String, byte[]> all, Change list, Change capability) {
    var changed = new LinkedHashMap<String, byte[]>();
    all.forEach((name, value) -> {
      if (name.startsWith(USER)) {
        changed.put(name, value);
      } else if (name.startsWith(LIST)) {
        list.of(value).ifPresent(bytes -> changed.put(name, bytes));
      } else if (name.equals(CAPABILITY)) {
        capability.of(value).ifPresent(bytes -> changed.put(name, bytes));
      }
    });
    return changed;
  }

  /** A version, then tag, permissions and id of each entry (linux/posix_acl_xattr.h). */
  private static Optional<byte[]> list(
      byte[] value, UnaryOperator<Long> user, UnaryOperator<Long> group) {
    var buffer = ByteBuffer.wrap(value.clone()).order(ByteOrder.LITTLE_ENDIAN);
    if (value.length < 4 || value.length % 8 != 4 || buffer.getInt(0) != LIST_VERSION) {
      return Optional.empty();
    }
    for (var at = 4; at < value.length; at += 8) {
      var id = Integer.toUnsignedLong(buffer.getInt(at + 4));
      var changed =
          switch (buffer.getShort(at)) {
            case NAMED_USER -> user.apply(id);
            case NAMED_GROUP -> group.apply(id);
            default -> id;
          };
      if (changed < 0) {
        return Optional.empty();
      }
      buffer.putInt(at + 4, (int) changed);
    }
    return Optional.of(buffer.array());
  }

  /** Revision 3 tells whose root the capabilities are for (capabilities(7)); 2 does not. */
  private static byte[] withoutRoot(byte[] value) {
    var buffer = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    if (value.length != SIZE_3 || (buffer.getInt(0) & REVISION_MASK) != REVISION_3) {
      return value;
    }
    var plain = ByteBuffer.allocate(SIZE_2).order(ByteOrder.LITTLE_ENDIAN);
    plain.put(value, 0, SIZE_2).putInt(0, (buffer.getInt(0) & ~REVISION_MASK) | REVISION_2);
    return plain.array();
  }

  private static byte[] withRoot(byte[] value, long root) {
    var buffer = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    if (value.length != SIZE_2 || (buffer.getInt(0) & REVISION_MASK) != REVISION_2) {
      return value;
    }
    var rooted = ByteBuffer.allocate(SIZE_3).order(ByteOrder.LITTLE_ENDIAN);
    rooted.put(value).putInt((int) root);
    rooted.putInt(0, (buffer.getInt(0) & ~REVISION_MASK) | REVISION_3);
    return rooted.array();
  }
}

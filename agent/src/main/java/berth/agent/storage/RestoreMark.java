package berth.agent.storage;

import berth.protocol.CommandId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;

/**
 * Which command made a volume what it was in a snapshot: kept in the extended attribute {@code
 * user.berth.restored} of its root folder, so that a repeat after a crash knows its own work. Who
 * is root in the container could write it, too, and has nothing from that.
 */
public final class RestoreMark {
  private static final String ATTRIBUTE = "berth.restored";
  private static final int LONGEST = 64;

  private RestoreMark() {}

  /** Whether a volume is what this command has made of it. */
  public static boolean isOn(Path volume, CommandId command) throws IOException {
    var attributes = attributes(volume);
    if (!attributes.list().contains(ATTRIBUTE) || attributes.size(ATTRIBUTE) > LONGEST) {
      return false;
    }
    var buffer = ByteBuffer.allocate(LONGEST);
    attributes.read(ATTRIBUTE, buffer);
    var text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    return text.equals(command.toString());
  }

  /** Marks a tree that nobody can see yet. */
  public static void putOn(Path tree, CommandId command) throws IOException {
    attributes(tree).write(ATTRIBUTE, StandardCharsets.UTF_8.encode(command.toString()));
  }

  private static UserDefinedFileAttributeView attributes(Path tree) {
    return Files.getFileAttributeView(tree, UserDefinedFileAttributeView.class);
  }
}

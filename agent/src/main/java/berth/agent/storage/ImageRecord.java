package berth.agent.storage;

import berth.protocol.Wire;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What is known of an image: kept as JSON in the extended attribute {@code user.berth.image} of its
 * root folder, so that it comes and goes with the image in one step.
 *
 * @param created when it was completed on this host
 * @param os the PRETTY_NAME of its os-release(5)
 * @param source what it was made from, for people
 * @param entries how many files and folders it has, where they were counted
 */
public record ImageRecord(
    Instant created, Optional<String> os, String source, Optional<Long> entries) {
  private static final String ATTRIBUTE = "berth.image";

  public ImageRecord {
    Objects.requireNonNull(created, "created");
    Objects.requireNonNull(source, "source");
    os = os == null ? Optional.empty() : os;
    entries = entries == null ? Optional.empty() : entries;
  }

  /** Reads it; an image without a readable one was put there by hand. */
  static ImageRecord of(Path tree) throws IOException {
    var attributes = attributes(tree);
    if (attributes.list().contains(ATTRIBUTE)) {
      var buffer = ByteBuffer.allocate(attributes.size(ATTRIBUTE));
      attributes.read(ATTRIBUTE, buffer);
      try {
        var text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
        return Wire.json().readValue(text, ImageRecord.class);
      } catch (JsonProcessingException e) {
        return byHand(tree);
      }
    }
    return byHand(tree);
  }

  /** Writes it to the root folder of an image. */
  void putOn(Path tree) throws IOException {
    var text = Wire.json().writeValueAsString(this);
    attributes(tree).write(ATTRIBUTE, StandardCharsets.UTF_8.encode(text));
  }

  /** Takes it from a copy that is no image. */
  static void takeFrom(Path tree) throws IOException {
    var attributes = attributes(tree);
    if (attributes.list().contains(ATTRIBUTE)) {
      attributes.delete(ATTRIBUTE);
    }
  }

  private static ImageRecord byHand(Path tree) throws IOException {
    var modified = Files.getLastModifiedTime(tree, LinkOption.NOFOLLOW_LINKS).toInstant();
    return new ImageRecord(modified, Optional.empty(), "made by hand", Optional.empty());
  }

  private static UserDefinedFileAttributeView attributes(Path tree) {
    return Files.getFileAttributeView(tree, UserDefinedFileAttributeView.class);
  }
}

package berth.agent.storage.lvm;

import berth.agent.storage.ImageRecord;
import berth.protocol.ImageName;
import berth.protocol.Wire;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What Berth writes to logical volumes, beside their names (lvm(8), {@code --addtag}): what they
 * are, and for an image what is known of it, so that it comes and goes with the image in one step.
 */
final class Tags {
  /** Of what is being made; an agent that starts removes it. */
  static final String STAGING = "berth.staging";

  /** Of a container's volume. */
  static final String VOLUME = "berth.volume";

  private static final String IMAGE = "berth.image.";
  private static final String RECORD = "berth.record.";

  /** A tag has 1024 characters at most. */
  private static final int PIECE = 900;

  private Tags() {}

  /** What says of which name an image is. */
  static String image(ImageName name) {
    return IMAGE + name;
  }

  /** The name of an image; empty for what is none. */
  static Optional<ImageName> image(Collection<String> tags) {
    return tags.stream()
        .filter(tag -> tag.startsWith(IMAGE))
        .map(tag -> tag.substring(IMAGE.length()))
        .findFirst()
        .map(ImageName::of);
  }

  /** A record in as many tags as it takes: base64url(RFC 4648) of its JSON, in numbered pieces. */
  static List<String> record(ImageRecord record) {
    var text = Base64.getUrlEncoder().withoutPadding().encodeToString(Wire.write(record));
    var tags = new ArrayList<String>();
    for (int from = 0; from < text.length(); from += PIECE) {
      var piece = text.substring(from, Math.min(text.length(), from + PIECE));
      tags.add(RECORD + tags.size() + "." + piece);
    }
    return tags;
  }

  /** The record that an image's tags hold; one without that can be read was made by hand. */
  static ImageRecord record(Collection<String> tags) {
    var pieces = new TreeMap<Integer, String>();
    try {
      for (var tag : tags) {
        if (tag.startsWith(RECORD)) {
          var piece = tag.substring(RECORD.length()).split("\\.", 2);
          pieces.put(Integer.valueOf(piece[0]), piece[1]);
        }
      }
      var json = Base64.getUrlDecoder().decode(String.join("", pieces.values()));
      return Wire.json().readValue(new String(json, StandardCharsets.UTF_8), ImageRecord.class);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return new ImageRecord(Instant.EPOCH, Optional.empty(), "made by hand", Optional.empty());
    }
  }
}

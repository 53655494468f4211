package berth.agent.storage.lvm;

import berth.agent.storage.ImageRecord;
import berth.agent.storage.SnapshotRecord;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.SnapshotName;
import berth.protocol.Wire;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What Berth writes to logical volumes, beside their names (lvm(8), {@code --addtag}): what they
 * are, and for an image or a snapshot what is known of it, so that it comes and goes with that in
 * one step.
 */
final class Tags {
  /** Of what is being made; an agent that starts removes it. */
  static final String STAGING = "berth.staging";

  /** Of a container's volume. */
  static final String VOLUME = "berth.volume";

  private static final String IMAGE = "berth.image.";
  private static final String SNAPSHOT = "berth.snapshot.";
  private static final String OF = "berth.of.";
  private static final String TO = "berth.to.";
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
    return value(tags, IMAGE).map(ImageName::of);
  }

  /** What says of which name a snapshot is. */
  static String snapshot(SnapshotName name) {
    return SNAPSHOT + name;
  }

  /** The name of a snapshot; empty for what is none. */
  static Optional<SnapshotName> snapshot(Collection<String> tags) {
    return value(tags, SNAPSHOT).flatMap(name -> valid(name, SnapshotName::of));
  }

  /** What says of which container a snapshot is. */
  static String of(ContainerName container) {
    return OF + container;
  }

  /** The container that a snapshot is of. */
  static Optional<ContainerName> of(Collection<String> tags) {
    return value(tags, OF).flatMap(name -> valid(name, ContainerName::of));
  }

  /** Of a container's volume whose snapshots are on their way to its new name. */
  static String to(ContainerName container) {
    return TO + container;
  }

  /** All those of a volume that say so, of whichever name. */
  static List<String> anyTo(Collection<String> tags) {
    return tags.stream().filter(tag -> tag.startsWith(TO)).toList();
  }

  /** A record in as many tags as it takes: base64url(RFC 4648) of its JSON, in numbered pieces. */
  static List<String> record(Record record) {
    var text = Base64.getUrlEncoder().withoutPadding().encodeToString(Wire.write(record));
    var tags = new ArrayList<String>();
    for (int from = 0; from < text.length(); from += PIECE) {
      var piece = text.substring(from, Math.min(text.length(), from + PIECE));
      tags.add(RECORD + tags.size() + "." + piece);
    }
    return tags;
  }

  /** The record that an image's tags hold; one without that can be read was made by hand. */
  static ImageRecord imageRecord(Collection<String> tags) {
    try {
      return Wire.json().readValue(json(tags), ImageRecord.class);
    } catch (IOException | IllegalArgumentException e) {
      return new ImageRecord(Instant.EPOCH, Optional.empty(), "made by hand", Optional.empty());
    }
  }

  /** The same of a snapshot's tags. */
  static SnapshotRecord snapshotRecord(
      Collection<String> tags, ContainerName container, SnapshotName name) {
    try {
      var read = SnapshotRecord.parse(json(tags), name);
      if (read.isPresent()) {
        return read.get();
      }
    } catch (IllegalArgumentException _) {
      // as below
    }
    return SnapshotRecord.byHand(container, name, Instant.EPOCH);
  }

  private static byte[] json(Collection<String> tags) {
    var pieces = new TreeMap<Integer, String>();
    for (var tag : tags) {
      if (tag.startsWith(RECORD)) {
        var piece = tag.substring(RECORD.length()).split("\\.", 2);
        pieces.put(Integer.valueOf(piece[0]), piece[piece.length - 1]);
      }
    }
    return Base64.getUrlDecoder().decode(String.join("", pieces.values()));
  }

  private static Optional<String> value(Collection<String> tags, String key) {
    return tags.stream()
        .filter(tag -> tag.startsWith(key))
        .map(tag -> tag.substring(key.length()))
        .findFirst();
  }

  /** A person may write tags like ours. */
  private static <T> Optional<T> valid(String name, Function<String, T> reading) {
    try {
      return Optional.of(reading.apply(name));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}

package berth.agent.storage.lvm;

import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import berth.protocol.SnapshotName;
import berth.protocol.Wire;
import berth.protocol.state.PoolFullness;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A logical volume as lvs(8) tells of it.
 *
 * @param attributes its letters (lvs(8), {@code lv_attr})
 * @param size as whoever uses it sees it
 * @param extent what sizes are rounded up to
 * @param pool the thin pool that it is in; empty for what is in none
 * @param tags of ours and of others
 * @param data of a thin pool: how full it is, in percent
 * @param metadata of a thin pool: the same of what keeps count of the blocks
 */
record LogicalVolume(
    String name,
    String attributes,
    ByteSize size,
    ByteSize extent,
    String pool,
    Set<String> tags,
    double data,
    double metadata) {
  /** What is asked of lvs(8), so that {@link #parse} can read it. */
  static final List<String> REPORT =
      List.of(
          "--reportformat",
          "json",
          "--units",
          "b",
          "--nosuffix",
          "--options",
          "lv_name,lv_attr,lv_size,vg_extent_size,pool_lv,lv_tags,data_percent,metadata_percent");

  private static final double ALL = 100;

  /** Where the letters tell of the state. */
  private static final int STATE = 4;

  /** Where they tell whether somebody has it open. */
  private static final int OPEN = 5;

  LogicalVolume {
    tags = Set.copyOf(tags);
  }

  /** Reads a report; all of its values are strings, and those that do not apply are empty. */
  static List<LogicalVolume> parse(String json) {
    var volumes = new ArrayList<LogicalVolume>();
    try {
      for (var report : Wire.json().readTree(json).path("report")) {
        report.path("lv").forEach(volume -> volumes.add(of(volume)));
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new BerthException(
          ProblemCode.FAILED, "what lvs tells can't be read: " + e.getMessage());
    }
    return volumes;
  }

  private static LogicalVolume of(JsonNode told) {
    return new LogicalVolume(
        told.path("lv_name").asText(),
        told.path("lv_attr").asText(),
        ByteSize.parse(told.path("lv_size").asText()),
        ByteSize.parse(told.path("vg_extent_size").asText()),
        told.path("pool_lv").asText(),
        Set.copyOf(
            Stream.of(told.path("lv_tags").asText().split(","))
                .filter(tag -> !tag.isEmpty())
                .toList()),
        percent(told.path("data_percent").asText()),
        percent(told.path("metadata_percent").asText()));
  }

  private static double percent(String text) {
    return text.isEmpty() ? 0 : Double.parseDouble(text);
  }

  /** Of a thin pool: how full it is. */
  PoolFullness fullness() {
    return new PoolFullness(
        Optional.of(PoolFullness.rounded(data / ALL)),
        Optional.of(PoolFullness.rounded(metadata / ALL)),
        Optional.empty());
  }

  /** Whether others are made in it. */
  boolean isThinPool() {
    return attributes.startsWith("t");
  }

  /** Whether it stands still: whoever changes it died before it went on. */
  boolean isSuspended() {
    return has(STATE, 's');
  }

  /** Whether it is mounted, wherever that be, or somebody reads or writes it. */
  boolean isOpen() {
    return has(OPEN, 'o');
  }

  private boolean has(int place, char letter) {
    return attributes.length() > place && attributes.charAt(place) == letter;
  }

  /** Whether it is being made. */
  boolean isStaging() {
    return tags.contains(Tags.STAGING);
  }

  /** Whether it is the whole volume of a container that Berth made. */
  boolean isVolume() {
    return tags.contains(Tags.VOLUME) && !isStaging();
  }

  /** Whether it waits while another one takes its place. */
  boolean isSetAside() {
    return VolumeNames.before(name).isPresent() && !isStaging();
  }

  /** The image that it is, where it is a whole one. */
  Optional<ImageName> image() {
    return isStaging() ? Optional.empty() : Tags.image(tags);
  }

  /** When an image was completed. */
  Instant created() {
    return Tags.imageRecord(tags).created();
  }

  /** The snapshot that it is, where it is a whole one of that container. */
  Optional<SnapshotName> snapshot(ContainerName container) {
    return snapshotted().equals(Optional.of(container)) ? Tags.snapshot(tags) : Optional.empty();
  }

  /** The container that it is a snapshot of, where it is a whole one. */
  Optional<ContainerName> snapshotted() {
    return isStaging() || Tags.snapshot(tags).isEmpty() ? Optional.empty() : Tags.of(tags);
  }
}

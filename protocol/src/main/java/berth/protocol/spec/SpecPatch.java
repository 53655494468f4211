package berth.protocol.spec;

import berth.protocol.BerthException;
import berth.protocol.Names;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A change to a container's specification: a JSON Merge Patch (RFC 7396) over its JSON. What it
 * does not name stays, and {@code null} takes a value back to its default.
 */
public record SpecPatch(@JsonValue ObjectNode change) {
  /** Changes nothing. */
  public static final SpecPatch NOTHING = new SpecPatch(Wire.json().createObjectNode());

  private static final String KIND = "kind";

  public SpecPatch {
    change = change.deepCopy();
  }

  /** Reads the patch as it stands in JSON; anything but an object would replace the whole. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static SpecPatch of(JsonNode json) {
    if (!(json instanceof ObjectNode change)) {
      throw Rules.bad("patch", json, "an object of the fields that change");
    }
    return new SpecPatch(change);
  }

  /**
   * The specification with the change made; {@code INVALID} where that is none. A field that the
   * outcome does not know is refused, so that no typo passes in silence. What another network or
   * start leaves without a meaning, such as ports, goes with it.
   */
  public ContainerSpec on(ContainerSpec before) {
    var json = Wire.json();
    var base = before == null ? json.createObjectNode() : json.<ObjectNode>valueToTree(before);
    var after = Wire.read(Wire.write(merged(base, change)), ContainerSpec.class);
    unknown("", change, json.valueToTree(after))
        .ifPresent(field -> {
          throw new BerthException(
              ProblemCode.INVALID,
              "a container's specification has no " + Names.quoted(field),
              "see GET /api/v1/schemas/container.json for the fields there are");
        });
    return after;
  }

  /** What of a specification is not as by default, as a document from which it can be made. */
  public static ObjectNode brief(ContainerSpec spec) {
    var json = Wire.json();
    return brief(json.valueToTree(spec), json.valueToTree(ContainerSpec.DEFAULT));
  }

  private static ObjectNode brief(ObjectNode all, JsonNode usual) {
    var brief = all.objectNode();
    all.properties()
        .forEach(entry -> {
          var value = entry.getValue();
          var other = usual.path(entry.getKey());
          if (value instanceof ObjectNode inner && other.isObject()) {
            var part = brief(inner, other);
            if (!part.isEmpty()) {
              brief.set(entry.getKey(), part);
            }
          } else if (!value.equals(other)) {
            brief.set(entry.getKey(), value);
          }
        });
    if (!brief.isEmpty() && all.has(KIND)) {
      var whole = all.objectNode(); // the kind first, as people write it
      whole.set(KIND, all.get(KIND));
      return whole.setAll(brief);
    }
    return brief;
  }

  private static ObjectNode merged(ObjectNode target, ObjectNode patch) {
    patch
        .properties()
        .forEach(entry -> {
          var value = entry.getValue();
          if (value.isNull()) {
            target.remove(entry.getKey());
          } else if (value instanceof ObjectNode inner) {
            var present = target.get(entry.getKey());
            var base = present instanceof ObjectNode node ? node : target.objectNode();
            target.set(entry.getKey(), merged(base, inner));
          } else {
            target.set(entry.getKey(), value);
          }
        });
    return target;
  }

  /** The first field that was to be set and is not there afterwards. */
  private static Optional<String> unknown(String place, JsonNode patch, JsonNode after) {
    if (patch.isArray() && patch.size() == after.size()) {
      return IntStream.range(0, patch.size())
          .mapToObj(i -> unknown(place, patch.get(i), after.get(i)).stream())
          .flatMap(found -> found)
          .findFirst();
    }
    return patch.properties().stream()
        .filter(entry -> !entry.getValue().isNull())
        .flatMap(entry -> {
          var name = place + entry.getKey();
          var there = after.get(entry.getKey());
          return there == null
              ? Optional.of(name).stream()
              : unknown(name + ".", entry.getValue(), there).stream();
        })
        .findFirst();
  }
}

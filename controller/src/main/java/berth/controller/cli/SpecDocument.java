package berth.controller.cli;

import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerRef;
import berth.protocol.ImageName;
import berth.protocol.PoolName;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.SpecPatch;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A container as one document: image and pool, and beside them its specification. What {@code show}
 * writes, {@code create} makes the same container of.
 */
record SpecDocument(ObjectNode all) {
  private static final String IMAGE = "image";
  private static final String POOL = "pool";

  /** The fields that are sizes, which people read better with a unit. */
  private static final List<String> SIZES =
      List.of("memory", "memoryHigh", "swap", "perSecond", "size");

  /** The document that a command names; an empty one where it names none. */
  static SpecDocument read(Invocation invocation) throws IOException {
    var file = invocation.<String>option("--file");
    if (file.isEmpty()) {
      return new SpecDocument(Wire.json().createObjectNode());
    }
    var read = Yaml.read(file.get(), text(invocation, file.get()));
    if (read instanceof ObjectNode all) {
      return new SpecDocument(all);
    }
    throw new BerthException(ProblemCode.INVALID, file.get() + " is no document of named fields");
  }

  /** The document of a container that the API shows. */
  static SpecDocument of(JsonNode view) {
    var container = view.path("container");
    var all = Wire.json().createObjectNode();
    for (var field : List.of(IMAGE, POOL)) {
      if (container.has(field)) {
        all.set(field, container.get(field));
      }
    }
    if (container.has("spec")) {
      var spec = Wire.json().convertValue(container.get("spec"), ContainerSpec.class);
      all.setAll(SpecPatch.brief(spec));
    }
    withUnits(all);
    return new SpecDocument(all);
  }

  /** What {@link Invocation#print} writes. */
  @JsonValue
  ObjectNode document() {
    return all;
  }

  /** The specification alone. */
  ObjectNode spec() {
    return all.deepCopy().without(List.of(IMAGE, POOL));
  }

  /** From what it is made, and where; an option goes before the document. */
  Map<String, Object> place(Invocation invocation) {
    var place = new TreeMap<String, Object>();
    for (var field : List.of(IMAGE, POOL)) {
      if (all.has(field)) {
        place.put(field, all.get(field));
      }
    }
    invocation.<ImageName>option("--image").ifPresent(image -> place.put(IMAGE, image));
    invocation.<PoolName>option("--pool").ifPresent(pool -> place.put(POOL, pool));
    if (!place.containsKey(IMAGE)) {
      throw invocation.usage(
          "Missing required option: '--image=NAME', or image in the document of "
              + invocation.operand(0, ContainerRef.class));
    }
    return place;
  }

  private static String text(Invocation invocation, String file) throws IOException {
    if (file.equals("-")) {
      var bytes = invocation.terminal().in().readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8);
    }
    try {
      return Files.readString(Path.of(file));
    } catch (NoSuchFileException _) {
      throw new BerthException(ProblemCode.NOT_FOUND, "no file " + file);
    }
  }

  private static void withUnits(JsonNode node) {
    if (node instanceof ObjectNode object) {
      for (var field : SIZES) {
        if (object.path(field).isIntegralNumber()) {
          object.put(field, new ByteSize(object.get(field).asLong()).exact());
        }
      }
    }
    node.forEach(SpecDocument::withUnits);
  }
}

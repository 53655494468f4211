package berth.controller.api;

import berth.protocol.Wire;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.jackson.DatabindCodec;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The published OpenAPI document, and whether JSON fits its schemas. */
final class OpenApi {
  static final JsonNode DOCUMENT = read();

  private OpenApi() {}

  /** The schema of a component. */
  static JsonNode schema(String name) {
    return DOCUMENT.at("/components/schemas/" + name);
  }

  /** The node itself, or what it refers to. */
  static JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? DOCUMENT.at(node.get("$ref").asText().substring(1)) : node;
  }

  /** Why a value does not fit a schema of the document; empty where it fits. */
  static Optional<String> misfit(JsonNode schema, JsonNode value) {
    var whole = new JsonObject(DOCUMENT.toString());
    new JsonObject(schema.toString()).forEach(field -> whole.put(field.getKey(), field.getValue()));
    var options =
        new JsonSchemaOptions().setBaseUri("https://berth.invalid/").setDraft(Draft.DRAFT202012);
    var result = Validator.create(JsonSchema.of(whole), options).validate(plain(value));
    return result.getValid() ? Optional.empty() : Optional.of(value + ": " + result.getErrors());
  }

  private static Object plain(JsonNode value) {
    return switch (DatabindCodec.mapper().convertValue(value, Object.class)) {
      case Map<?, ?> _ -> new JsonObject(value.toString());
      case List<?> _ -> new JsonArray(value.toString());
      case Object scalar -> scalar;
    };
  }

  private static JsonNode read() {
    try (var in = HttpApi.class.getResourceAsStream("/berth/openapi.json")) {
      return Wire.json().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

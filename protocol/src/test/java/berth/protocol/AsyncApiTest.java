package berth.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the published AsyncAPI document against the code, in both directions. */
class AsyncApiTest {
  private static final JsonNode DOCUMENT = document();
  private static final HostId HOST = new HostId("lab1");
  private static final CommandId COMMAND = CommandId.next();

  static Stream<Class<?>> messages() {
    return Messages.all();
  }

  @Test
  void itsChannelsAreTheTopics() {
    var addresses =
        DOCUMENT.get("channels").properties().stream()
            .collect(
                Collectors.toMap(Map.Entry::getKey, c -> c.getValue().get("address").asText()));
    var topics =
        Arrays.stream(Topics.Kind.values())
            .collect(
                Collectors.toMap(
                    Topics.Kind::level,
                    kind ->
                        topic(kind)
                            .replace(HOST.value(), "{host}")
                            .replace(COMMAND.toString(), "{command}")));
    assertThat(addresses).isEqualTo(topics);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void itsSchemasHaveTheFieldsOfTheRecords(Class<?> type) {
    var schema = DOCUMENT.at("/components/schemas/" + type.getSimpleName());
    assertThat(schema.isObject()).as("a schema of %s", type.getSimpleName()).isTrue();
    var expected = new TreeSet<String>();
    var required = new TreeSet<String>();
    if (Messages.declared(type) != type) {
      expected.add("kind");
      required.add("kind");
      assertThat(schema.at("/properties/kind/const").asText()).isEqualTo(Wire.kind(type));
    }
    for (var component : type.getRecordComponents()) {
      expected.add(name(component));
      if (!mayBeMissing(component)) {
        required.add(name(component));
      }
    }
    assertThat(names(schema.path("properties"))).isEqualTo(expected);
    assertThat(required).containsAll(texts(schema.path("required")));
  }

  @Test
  void itsUnionsAreTheFamilies() {
    for (var family : Wire.FAMILIES) {
      var listed =
          StreamSupport.stream(
                  DOCUMENT
                      .at("/components/schemas/" + family.getSimpleName() + "/oneOf")
                      .spliterator(),
                  false)
              .map(ref -> ref.get("$ref").asText().replaceAll(".*/", ""))
              .collect(Collectors.toSet());
      var members =
          Wire.members(family).stream().map(Class::getSimpleName).collect(Collectors.toSet());
      assertThat(listed).as(family.getSimpleName()).isEqualTo(members);
    }
  }

  @Test
  void itsEnumerationsAreThoseOfTheCode() {
    assertThat(texts(DOCUMENT.at("/components/schemas/ProblemCode/enum")))
        .isEqualTo(Arrays.stream(ProblemCode.values()).map(Enum::name).collect(Collectors.toSet()));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void everyFixtureIsValidByItsSchema(Class<?> type) throws IOException {
    var result = validator(type).validate(new JsonObject(text(Messages.fixture(type))));
    assertThat(result.getValid()).as("%s: %s", type.getSimpleName(), result.getErrors()).isTrue();
  }

  @Test
  void aBadNameIsInvalidByTheSchema() throws IOException {
    var type = Wire.members(berth.protocol.command.Command.class).getFirst();
    var bad = text(Messages.fixture(type)).replace("\"web\"", "\"../web\"");
    assertThat(validator(type).validate(new JsonObject(bad)).getValid()).isFalse();
  }

  private static Validator validator(Class<?> type) throws IOException {
    var schema =
        new JsonObject(Wire.json().writeValueAsString(DOCUMENT))
            .put("$ref", "#/components/schemas/" + type.getSimpleName());
    return Validator.create(
        JsonSchema.of(schema),
        new JsonSchemaOptions().setBaseUri("https://berth.invalid/").setDraft(Draft.DRAFT202012));
  }

  /** As it stands in JSON, where that can't be a name in Java. */
  private static String name(RecordComponent component) {
    var renamed = component.getAccessor().getAnnotation(JsonProperty.class);
    return renamed == null ? component.getName() : renamed.value();
  }

  private static boolean mayBeMissing(RecordComponent component) {
    return component.getType() == Optional.class
        || component.getType() == boolean.class
        || (component.getGenericType() instanceof ParameterizedType p
            && (p.getRawType() == List.class || p.getRawType() == Map.class));
  }

  private static String topic(Topics.Kind kind) {
    return kind.perCommand() ? Topics.of(HOST, kind, COMMAND) : Topics.of(HOST, kind);
  }

  private static Set<String> names(JsonNode object) {
    return object.properties().stream()
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String text(byte[] json) {
    return new String(json, java.nio.charset.StandardCharsets.UTF_8);
  }

  private static JsonNode document() {
    try (var yaml = Wire.class.getResourceAsStream("/berth/asyncapi.yaml")) {
      return new YAMLMapper().readTree(yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

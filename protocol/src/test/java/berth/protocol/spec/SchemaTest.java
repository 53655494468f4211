package berth.protocol.spec;

import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.Wire;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the published JSON Schema against the records, in both directions. */
class SchemaTest {
  private static final JsonNode SCHEMA = read();

  static Stream<Class<?>> records() {
    return Stream.concat(
        Stream.of(Start.class, Network.class).flatMap(family -> Wire.members(family).stream()),
        Stream.of(
            Bind.class,
            Tmpfs.class,
            Device.class,
            Capabilities.class,
            SystemCalls.class,
            ResourceLimits.class,
            Bandwidth.class));
  }

  @Test
  void itsPropertiesAreTheFieldsOfASpecification() {
    assertThat(names(SCHEMA.get("properties"))).isEqualTo(fields(ContainerSpec.class));
    assertThat(SCHEMA.has("required")).isFalse();
  }

  @ParameterizedTest
  @MethodSource("records")
  void itsDefinitionsHaveTheFieldsOfTheRecords(Class<?> type) {
    var expected = fields(type);
    if (type.getEnclosingClass() != null) {
      expected.add("kind");
    }
    var definition = definition(type.getSimpleName());
    assertThat(names(definition.path("properties"))).isEqualTo(expected);
    assertThat(definition.path("additionalProperties").asBoolean(true)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(classes = {Start.class, Network.class})
  void itsUnionsAreTheFamilies(Class<?> family) {
    var listed =
        StreamSupport.stream(definition(family.getSimpleName()).get("oneOf").spliterator(), false)
            .map(ref -> ref.get("$ref").asText().replaceAll(".*/", ""))
            .toList();
    var kinds = family.getAnnotation(JsonSubTypes.class).value();
    assertThat(Wire.members(family))
        .containsExactlyElementsOf(Arrays.stream(kinds).<Class<?>>map(k -> k.value()).toList());
    assertThat(listed)
        .isEqualTo(Arrays.stream(kinds).map(kind -> kind.value().getSimpleName()).toList());
    for (var kind : kinds) {
      assertThat(definition(kind.value().getSimpleName()).at("/properties/kind/const").asText())
          .isEqualTo(kind.name())
          .isEqualTo(Wire.kind(kind.value()));
    }
  }

  @Test
  void itsEnumerationsAreThoseOfTheCode() {
    assertThat(texts(definition("Capability").get("enum")))
        .isEqualTo(words(Capability.values(), Enum::name));
    assertThat(texts(SCHEMA.at("/properties/privateUsers/enum")))
        .isEqualTo(words(PrivateUsers.values(), PrivateUsers::word));
    assertThat(texts(SCHEMA.at("/properties/resolvConf/enum")))
        .isEqualTo(words(ResolvConf.values(), ResolvConf::word));
    assertThat(texts(SCHEMA.at("/properties/restart/enum")))
        .isEqualTo(words(Restart.values(), Restart::word));
  }

  @Test
  void whatIsWrittenIsValidByIt() throws IOException {
    for (var spec : new ContainerSpec[] {ContainerSpec.DEFAULT, Specs.of(Specs.RICH)}) {
      assertThat(misfit(Wire.json().writeValueAsString(spec))).isEmpty();
    }
    assertThat(misfit(Specs.patch(Specs.RICH).change().toString())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "colour: red",
        "privateUsers: maybe",
        "network: {kind: host, ports: ['80']}",
        "network: {kind: macvlan}",
        "binds: [{source: /a/../b}]",
        "binds: [{source: '/a:b'}]",
        "limits: {cpus: 0}",
        "limits: {memory: lots}",
        "labels: {tier: a b}",
        "capabilities: {add: [CAP_FLY]}",
        "stopTimeout: soon"
      })
  void whatTheCodeRefusesItRefuses(String yaml) {
    assertThat(misfit(Specs.patch(yaml).change().toString())).isPresent();
  }

  private static Optional<String> misfit(String json) {
    var options =
        new JsonSchemaOptions().setBaseUri("https://berth.invalid/").setDraft(Draft.DRAFT202012);
    var schema = JsonSchema.of(new JsonObject(SCHEMA.toString()));
    var result = Validator.create(schema, options).validate(new JsonObject(json));
    return result.getValid() ? Optional.empty() : Optional.of(String.valueOf(result.getErrors()));
  }

  private static JsonNode definition(String name) {
    return SCHEMA.at("/$defs/" + name);
  }

  private static SortedSet<String> fields(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(SchemaTest::field)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String field(RecordComponent component) {
    var renamed = component.getAccessor().getAnnotation(JsonProperty.class);
    return renamed == null ? component.getName() : renamed.value();
  }

  private static SortedSet<String> names(JsonNode object) {
    return object.properties().stream()
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static SortedSet<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static <E> SortedSet<String> words(
      E[] values, java.util.function.Function<E, String> word) {
    return Arrays.stream(values).map(word).collect(Collectors.toCollection(TreeSet::new));
  }

  private static JsonNode read() {
    try (var in = Wire.class.getResourceAsStream("/berth/container.schema.json")) {
      return Wire.json().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

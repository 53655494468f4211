package berth.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.api.http.ProblemDetails;
import berth.controller.model.Transfer;
import berth.controller.model.TransferId;
import berth.controller.model.Upload;
import berth.protocol.ByteSize;
import berth.protocol.Bytes;
import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.HostId;
import berth.protocol.ImageName;
import berth.protocol.InnerPath;
import berth.protocol.OperationId;
import berth.protocol.PoolName;
import berth.protocol.ProblemCode;
import berth.protocol.Sha256;
import berth.protocol.Signal;
import berth.protocol.SnapshotName;
import berth.protocol.WindowSize;
import berth.protocol.Wire;
import berth.protocol.command.FileOwner;
import berth.protocol.command.Recipe;
import berth.protocol.command.Terminal;
import berth.protocol.command.WaitFor;
import berth.protocol.reply.Result;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.state.UsageSample;
import berth.protocol.stream.Output.OutputChunk;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the schemas of the OpenAPI document against the records, in both directions. */
class OpenApiSchemasTest {
  private static final List<Class<?>> REQUESTS =
      List.of(
          ContainerRoutes.NewContainer.class,
          ContainerRoutes.Start.class,
          ContainerRoutes.Stop.class,
          ContainerRoutes.Execution.class,
          ContainerRoutes.Logs.class,
          VerbRoutes.Kill.class,
          VerbRoutes.NewName.class,
          ContainerRoutes.Watch.class,
          ImageRoutes.Build.class,
          ImageRoutes.Import.class,
          Recipe.Debootstrap.class,
          Terminal.class,
          WindowSize.class,
          TerminalRoutes.TerminalControl.class,
          CopyRoutes.ArchiveIn.class,
          CopyRoutes.ArchiveOut.class,
          CopyRoutes.Export.class,
          CopyRoutes.ImportArchive.class,
          FileOwner.class,
          SnapshotRoutes.NewSnapshot.class);

  private static final List<Class<?>> ANSWERS =
      List.of(
          AboutRoutes.Index.class,
          AboutRoutes.Health.class,
          HostRoutes.Hosts.class,
          ContainerRoutes.Containers.class,
          ImageRoutes.Images.class,
          PoolRoutes.Pools.class,
          Upload.class,
          OperationRoutes.OperationList.class,
          OutputChunk.class,
          OutputLines.Ending.class,
          UsageSample.class,
          EventRoutes.Events.class,
          MetricsRoutes.TargetGroup.class,
          ProblemDetails.class,
          TerminalRoutes.TerminalNotice.class,
          Transfer.class,
          SnapshotRoutes.Snapshots.class);

  /** Types that are a name or a number in JSON, each with a schema of its own. */
  private static final Set<Class<?>> VALUES =
      Set.of(
          HostId.class,
          ContainerName.class,
          ImageName.class,
          PoolName.class,
          Sha256.class,
          OperationId.class,
          CommandId.class,
          Bytes.class,
          WaitFor.class,
          Signal.class,
          ProblemCode.class,
          ContainerSpec.class,
          TransferId.class,
          InnerPath.class,
          SnapshotName.class);

  static Set<Class<?>> records() {
    var found = new LinkedHashSet<Class<?>>();
    Stream.concat(REQUESTS.stream(), ANSWERS.stream()).forEach(root -> reach(root, found));
    return found;
  }

  @ParameterizedTest
  @MethodSource("records")
  void itsPropertiesAreTheComponentsOfTheRecord(Class<?> type) {
    var schema = OpenApi.schema(type.getSimpleName());
    assertThat(schema.isObject()).as("a schema of %s", type.getSimpleName()).isTrue();
    var expected =
        Arrays.stream(type.getRecordComponents())
            .collect(Collectors.toMap(c -> name(c), c -> written(c.getGenericType())));
    if (isMember(type)) {
      expected.put("kind", "const " + Wire.kind(type));
    }
    assertThat(properties(schema)).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("records")
  void itRequiresWhatIsAlwaysThere(Class<?> type) {
    var always =
        Arrays.stream(type.getRecordComponents())
            .filter(component -> component.getType() != Optional.class)
            .map(OpenApiSchemasTest::name)
            .collect(Collectors.toCollection(TreeSet::new));
    if (isMember(type)) {
      always.add("kind");
    }
    var required = texts(OpenApi.schema(type.getSimpleName()).path("required"));
    if (REQUESTS.contains(type)) {
      always.removeAll(Set.of("environment", "packages"));
    }
    assertThat(required).isEqualTo(always);
  }

  @Test
  void itRefusesUnknownFieldsWhereTheApiDoes() {
    var strict =
        OpenApi.DOCUMENT.at("/components/schemas").properties().stream()
            .filter(schema -> schema.getValue().has("additionalProperties"))
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    assertThat(strict)
        .isEqualTo(REQUESTS.stream().map(Class::getSimpleName).collect(Collectors.toSet()));
  }

  @Test
  void itHasNoSchemaBeyondThoseOfTheCode() {
    var known =
        Stream.concat(records().stream(), VALUES.stream())
            .map(Class::getSimpleName)
            .collect(Collectors.toCollection(TreeSet::new));
    known.addAll(Set.of("Recipe", "Result"));
    assertThat(OpenApi.DOCUMENT.at("/components/schemas").properties())
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrderElementsOf(known);
  }

  @ParameterizedTest
  @MethodSource("families")
  void itsUnionsAreTheFamilies(Class<?> family) {
    var schema = OpenApi.schema(family.getSimpleName());
    var members =
        Wire.members(family).stream()
            .collect(
                Collectors.toMap(Wire::kind, m -> "#/components/schemas/" + m.getSimpleName()));
    var mapping =
        schema.at("/discriminator/mapping").properties().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().asText()));
    assertThat(mapping).isEqualTo(members);
    assertThat(schema.get("oneOf").findValuesAsText("$ref"))
        .containsExactlyInAnyOrderElementsOf(members.values());
  }

  static List<Class<?>> families() {
    return List.of(Recipe.class, Result.class);
  }

  @Test
  void itsValuesRefuseWhatTheCodeRefuses() {
    for (var bad : List.of("../x", "a b", "", "x".repeat(70), "-a")) {
      for (var name : List.of("HostId", "ContainerName", "ImageName", "SnapshotName")) {
        var value = Wire.json().getNodeFactory().textNode(bad);
        assertThat(OpenApi.misfit(OpenApi.schema(name), value)).as(name + " " + bad).isPresent();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(classes = {ProblemCode.class, WaitFor.class})
  void itsEnumerationsAreThoseOfTheCode(Class<?> type) {
    assertThat(texts(OpenApi.schema(type.getSimpleName()).get("enum")))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(type.getEnumConstants()).map(String::valueOf).toList());
  }

  /** What a schema says of its properties, in a word each. */
  private static Map<String, String> properties(JsonNode schema) {
    return schema.path("properties").properties().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, property -> described(property.getValue())));
  }

  private static String described(JsonNode schema) {
    if (schema.has("$ref")) {
      return schema.get("$ref").asText().replaceAll(".*/", "");
    }
    if (schema.has("const")) {
      return "const " + schema.get("const").asText();
    }
    if (schema.has("enum")) {
      return "enum " + texts(schema.get("enum"));
    }
    return switch (schema.path("type").asText()) {
      case "array" -> "list of " + described(schema.get("items"));
      case "object" -> "map of " + described(schema.get("additionalProperties"));
      case "string" -> "string" + schema.path("format").asText("");
      case "" -> "anything";
      case String simple -> simple;
    };
  }

  /** The same of a Java type. */
  private static String written(Type type) {
    if (type instanceof ParameterizedType generic) {
      var last =
          written(generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1]);
      return generic.getRawType() == Optional.class
          ? last
          : (generic.getRawType() == List.class ? "list of " : "map of ") + last;
    }
    var plain = (Class<?>) type;
    if (plain.isEnum() && !VALUES.contains(plain)) {
      return "enum "
          + Arrays.stream(plain.getEnumConstants())
              .map(String::valueOf)
              .collect(Collectors.toCollection(TreeSet::new));
    }
    return simple(plain);
  }

  private static String simple(Class<?> type) {
    if (Set.of(int.class, long.class, Integer.class, Long.class, ByteSize.class).contains(type)) {
      return "integer";
    }
    var known =
        Map.of(
            String.class, "string",
            Instant.class, "stringdate-time",
            Duration.class, "stringduration",
            URI.class, "stringuri",
            Double.class, "number",
            boolean.class, "boolean",
            Boolean.class, "boolean",
            JsonNode.class, "anything");
    return known.getOrDefault(type, type.getSimpleName());
  }

  /** As it stands in JSON, where that can't be a name in Java. */
  private static String name(RecordComponent component) {
    var renamed = component.getAccessor().getAnnotation(JsonProperty.class);
    return renamed == null ? component.getName() : renamed.value();
  }

  private static boolean isMember(Class<?> type) {
    return Wire.FAMILIES.stream().anyMatch(family -> Wire.members(family).contains(type));
  }

  private static void reach(Type type, Set<Class<?>> found) {
    if (type instanceof ParameterizedType generic) {
      Arrays.stream(generic.getActualTypeArguments()).forEach(part -> reach(part, found));
    } else if (type instanceof Class<?> plain) {
      var unseen = plain.isRecord() && !VALUES.contains(plain) && plain != ByteSize.class;
      if (plain.isSealed()) {
        Wire.members(plain).forEach(member -> reach(member, found));
      } else if (unseen && found.add(plain)) {
        Arrays.stream(plain.getRecordComponents())
            .forEach(component -> reach(component.getGenericType(), found));
      }
    }
  }

  private static Set<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}

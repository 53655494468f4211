package berth.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.api.http.Route;
import berth.controller.image.UploadStore;
import berth.controller.metrics.ControllerMetrics;
import berth.controller.transfer.TransferStore;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the paths of the OpenAPI document against the route table, in both directions. */
class OpenApiRoutesTest {
  private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");
  private static final Vertx VERTX = Vertx.vertx();

  @TempDir private static Path folder;
  private static List<Route> routes;

  @BeforeAll
  static void list() throws Exception {
    try (var uploads = UploadStore.open(VERTX, folder);
        var transfers = TransferStore.open(VERTX, folder, InstantSource.system());
        var metrics = new ControllerMetrics()) {
      routes =
          HttpApi.routes(
              VERTX,
              new HttpApi.Services(
                  new FakeFleet(),
                  new FakeEventLog(),
                  new FakeOperations(),
                  new FakeStreams(),
                  uploads,
                  transfers,
                  metrics,
                  Duration.ofMinutes(1),
                  InstantSource.system(),
                  "0.1.0"));
    }
  }

  @AfterAll
  static void close() {
    VERTX.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void itsPathsAndMethodsAreThoseOfTheTable() {
    var described =
        OpenApi.DOCUMENT.get("paths").properties().stream()
            .flatMap(path ->
                path.getValue().properties().stream()
                    .map(one -> one.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey()))
            .collect(Collectors.toCollection(TreeSet::new));
    var served =
        routes.stream()
            .map(route -> route.method() + " " + route.path())
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(described).isEqualTo(served);
  }

  @Test
  void itsParametersAreThoseOfTheTable() {
    for (var route : routes) {
      var inPath =
          PARAMETER
              .matcher(route.path())
              .results()
              .map(match -> match.group(1))
              .collect(Collectors.toSet());
      assertThat(parameters(route, "path")).as(route.path()).isEqualTo(inPath);
      assertThat(parameters(route, "query")).as(route.path()).isEqualTo(Set.copyOf(route.query()));
    }
  }

  @Test
  void itsRequestBodiesAreThoseOfTheTable() {
    for (var route : routes) {
      var expected =
          switch (route.content()) {
            case NONE -> Set.of();
            case JSON -> Set.of("application/json");
            case MERGE_PATCH -> Set.of("application/merge-patch+json");
            case BYTES -> Set.of("application/octet-stream");
          };
      assertThat(names(described(route).at("/requestBody/content")))
          .as(route.path())
          .isEqualTo(expected);
    }
  }

  @Test
  void itsAnswersHaveTheMediaTypesOfTheTable() {
    for (var route : routes) {
      var expected =
          route.produces().stream().map(type -> type.split(";", 2)[0]).collect(Collectors.toSet());
      assertThat(names(success(route).path("content"))).as(route.path()).isEqualTo(expected);
    }
  }

  @Test
  void everythingThatMakesAnOperationTakesADeadlineAndAnIdempotencyKey() {
    for (var route : routes) {
      if (route.query().contains("deadline")) {
        assertThat(parameters(route, "header")).as(route.path()).contains("Idempotency-Key");
        assertThat(names(described(route).get("responses"))).contains("202");
      }
    }
  }

  @Test
  void everyRouteMayFailWithAProblem() {
    for (var route : routes) {
      var answers = described(route).get("responses");
      assertThat(names(OpenApi.resolved(answers.get("default")).get("content")))
          .containsExactly("application/problem+json");
    }
  }

  @Test
  void itsExamplesFitItsSchemas() {
    var contents = OpenApi.DOCUMENT.findParents("example");
    assertThat(contents).hasSizeGreaterThan(20);
    for (var content : contents) {
      assertThat(OpenApi.misfit(content.get("schema"), content.get("example"))).isEmpty();
    }
  }

  @Test
  void everyJsonBodyAndAnswerHasAnExample() {
    for (var route : routes) {
      for (var holder : List.of(described(route).path("requestBody"), success(route))) {
        var json = holder.at("/content/application~1json");
        assertThat(json.isMissingNode() || json.has("example") || route.path().endsWith(".json"))
            .as(route.path())
            .isTrue();
      }
    }
  }

  private static JsonNode described(Route route) {
    return OpenApi.DOCUMENT
        .get("paths")
        .get(route.path())
        .get(route.method().name().toLowerCase(Locale.ROOT));
  }

  private static JsonNode success(Route route) {
    var answers = described(route).get("responses");
    return Arrays.asList("101", "200", "201", "202", "204").stream()
        .filter(answers::has)
        .map(status -> OpenApi.resolved(answers.get(status)))
        .findFirst()
        .orElseThrow();
  }

  private static Set<String> parameters(Route route, String place) {
    return StreamSupport.stream(described(route).path("parameters").spliterator(), false)
        .map(OpenApi::resolved)
        .filter(parameter -> parameter.get("in").asText().equals(place))
        .map(parameter -> parameter.get("name").asText())
        .collect(Collectors.toSet());
  }

  private static Set<String> names(JsonNode object) {
    return object.properties().stream().map(Map.Entry::getKey).collect(Collectors.toSet());
  }
}

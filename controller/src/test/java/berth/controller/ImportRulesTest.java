package berth.controller;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Features in the middle, one package per outside system at the edge. */
class ImportRulesTest {
  private static final JavaClasses CONTROLLER =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("berth.controller");

  @Test
  void mqttIsKnownToTheLinkWithTheAgents() {
    only(List.of("berth.controller", "berth.controller.link.."), "berth.protocol.mqtt..");
  }

  @Test
  void nobodySpeaksMqttPastTheLink() {
    only(List.of(), "io.vertx.mqtt..");
  }

  @Test
  void httpIsKnownToTheApi() {
    only(
        List.of("berth.controller", "berth.controller.api.."),
        "io.vertx.ext.web..",
        "io.vertx.core.http..");
  }

  @Test
  void theBrokerIsKnownToItsPackage() {
    only(List.of("berth.controller.broker.."), "com.hivemq..");
  }

  @Test
  void theDatabaseIsKnownToTheStore() {
    only(List.of("berth.controller.store.."), "java.sql..", "org.flywaydb..", "org.sqlite..");
  }

  @Test
  void theCommandLineIsAClientOfTheApiAlone() {
    noClasses()
        .that()
        .resideInAPackage("berth.controller.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "berth.controller",
            "berth.controller.api..",
            "berth.controller.operation..",
            "berth.controller.fleet..",
            "berth.controller.link..",
            "berth.controller.image..",
            "berth.controller.metrics..",
            "berth.controller.store..",
            "berth.controller.broker..",
            "berth.protocol.mqtt..")
        .allowEmptyShould(true)
        .check(CONTROLLER);
  }

  /** Vert.x and java.net.http take longer to start than a whole call of the command line may. */
  @Test
  void theCommandLineStartsWithoutTheServersLibraries() {
    noClasses()
        .that()
        .resideInAPackage("berth.controller.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.vertx..", "java.net.http..", "ch.qos.logback..", "org.slf4j..")
        .allowEmptyShould(true)
        .check(CONTROLLER);
  }

  /** Only {@code places} may use {@code outside}; no place at all means nobody. */
  private static void only(List<String> places, String... outside) {
    noClasses()
        .that()
        .resideOutsideOfPackages(places.toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(outside)
        .allowEmptyShould(true)
        .check(CONTROLLER);
  }
}

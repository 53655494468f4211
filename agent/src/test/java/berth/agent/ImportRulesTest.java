package berth.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Features in the middle, one package per outside system at the edge. */
class ImportRulesTest {
  private static final JavaClasses AGENT =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("berth.agent");

  @Test
  void mqttIsKnownWhereCommandsComeInAndRepliesGoOut() {
    only(
        List.of("berth.agent", "berth.agent.inbox..", "berth.agent.report.."),
        "berth.protocol.mqtt..");
  }

  @Test
  void nobodySpeaksMqttPastTheLink() {
    only(List.of(), "io.vertx.mqtt..", "io.netty..");
  }

  @Test
  void httpIsKnownToTheServerAndToImageDownloads() {
    only(
        List.of("berth.agent.http..", "berth.agent.image.."),
        "io.vertx.ext.web..",
        "io.vertx.core.http..",
        "java.net.http..");
  }

  @Test
  void theJournalsStoreIsKnownToJournalAndReport() {
    only(List.of("berth.agent.journal..", "berth.agent.report.."), "org.h2..");
  }

  @Test
  void programsAreRunByTheProcessPackage() {
    noClasses()
        .that()
        .resideOutsideOfPackage("berth.agent.process..")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(ProcessBuilder.class)
        .orShould()
        .callMethod(Runtime.class, "exec", String.class)
        .orShould()
        .callMethod(Runtime.class, "exec", String[].class)
        .allowEmptyShould(true)
        .check(AGENT);
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
        .check(AGENT);
  }
}

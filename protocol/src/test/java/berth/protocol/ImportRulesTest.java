package berth.protocol;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/**
 * What the words of the wire may know of: the JDK and Jackson. That agent and controller are
 * unknown here, Maven sees to.
 */
class ImportRulesTest {
  private static final JavaClasses PROTOCOL =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("berth.protocol");

  @Test
  void wordsNeedTheJdkAndJacksonOnly() {
    classes()
        .that()
        .resideOutsideOfPackage("berth.protocol.mqtt..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "javax..", "com.fasterxml.jackson..", "berth.protocol..")
        .allowEmptyShould(true)
        .check(PROTOCOL);
  }

  @Test
  void wordsDoNotKnowHowTheyTravel() {
    noClasses()
        .that()
        .resideOutsideOfPackage("berth.protocol.mqtt..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("berth.protocol.mqtt..")
        .allowEmptyShould(true)
        .check(PROTOCOL);
  }
}

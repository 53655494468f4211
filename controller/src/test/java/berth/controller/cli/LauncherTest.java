package berth.controller.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher script over a small tree of its own, with a {@code java} and a {@code mvn} that only
 * take notes.
 */
class LauncherTest {
  @TempDir Path top;

  private Path source;
  private Path jar;

  @BeforeEach
  void makeTree() throws IOException {
    Files.copy(Path.of("../berth"), top.resolve("berth"));
    source = write("controller/src/main/java/Cli.java", "");
    write("pom.xml", "");
    write("controller/pom.xml", "");
    write("controller/src/build/CacheClasses.java", "");
    jar = top.resolve("controller/target/berth-controller/lib/berth-controller.jar");
    write("jdk/release", "JAVA_VERSION=\"25.0.3\"\n");
    script("jdk/bin/javac", "");
    script(
        "jdk/bin/java",
        "case $* in *CacheClasses.java*) exit 1;; esac\n"
            + "for word; do echo \"[$word]\"; done\nexit \"${EXIT:-0}\"");
    script(
        "bin/mvn",
        "echo \"$@\" >>'%s/built'\nmkdir -p '%s'\necho jar >'%s'\nexit \"${MVN_EXIT:-0}\""
            .formatted(top, jar.getParent(), jar));
    for (var path :
        List.of("pom.xml", "controller/pom.xml", "controller/src/build/CacheClasses.java")) {
      age(top.resolve(path), Duration.ofHours(1));
    }
  }

  @Test
  void wordsReachTheCommandLineUnchanged() throws Exception {
    assertThat(berth(List.of(), "exec", "h1/web", "--", "sh", "-c", "echo 'a  b'; *", "").lines())
        .containsSubsequence(
            "[berth.controller.cli.BerthCli]",
            "[exec]",
            "[h1/web]",
            "[--]",
            "[sh]",
            "[-c]",
            "[echo 'a  b'; *]",
            "[]");
  }

  @Test
  void theExitCodeOfTheCommandLineComesBack() throws Exception {
    assertThat(berth(List.of("EXIT=7"), "ls").exit()).isEqualTo(7);
  }

  @Test
  void onlyTheFirstCallBuilds() throws Exception {
    berth(List.of(), "ls");
    berth(List.of(), "ls");

    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void aChangedSourceIsBuiltBeforeTheCall() throws Exception {
    berth(List.of(), "ls");
    age(source, Duration.ofHours(-1));

    berth(List.of(), "ls");

    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void aJarThatSomeoneElseBuiltIsNotTakenForOurs() throws Exception {
    berth(List.of(), "ls");
    age(jar, Duration.ofHours(-1));

    berth(List.of(), "ls");

    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void aBuildThatFailedIsNoBuild() throws Exception {
    assertThat(berth(List.of("MVN_EXIT=1"), "ls").exit()).isEqualTo(125);

    assertThat(berth(List.of(), "ls").exit()).isEqualTo(0);
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void nothingIsBuiltWhereTheCallerForbidsIt() throws Exception {
    assertThat(berth(List.of("BERTH_NO_BUILD=1"), "ls").lines()).contains("[ls]");

    assertThat(top.resolve("built")).doesNotExist();
  }

  @Test
  void aJdkThatIsTooOldIsPassedOver() throws Exception {
    write("jdk/release", "JAVA_VERSION=\"24.0.2\"\n");

    assertThat(berth(List.of("BERTH_NO_BUILD=1"), "ls").lines())
        .as("the java that takes notes is the one of the old JDK")
        .doesNotContain("[ls]");
  }

  @Test
  void theLauncherWorksThroughALinkAndFromAnyFolder() throws Exception {
    var link = Files.createSymbolicLink(top.resolve("bin/b"), top.resolve("berth"));

    assertThat(call(Path.of("/"), List.of(), List.of(link.toString(), "ls")).lines())
        .contains("[" + jar.toRealPath() + "]", "[ls]");
  }

  private record Outcome(int exit, List<String> lines) {}

  private Outcome berth(List<String> environment, String... words) throws Exception {
    var command = new ArrayList<>(List.of("./berth"));
    command.addAll(List.of(words));
    return call(top, environment, command);
  }

  private Outcome call(Path folder, List<String> environment, List<String> words)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("env", "-u", "BERTH_NO_BUILD"));
    command.add("JAVA_HOME=" + top.resolve("jdk"));
    command.add("PATH=" + top.resolve("bin") + ":" + System.getenv("PATH"));
    command.addAll(environment);
    command.addAll(words);
    var process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Outcome(process.waitFor(), output.lines().toList());
  }

  private int builds() throws IOException {
    return Files.readAllLines(top.resolve("built")).size();
  }

  private Path write(String path, String text) throws IOException {
    var file = top.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private void script(String path, String body) throws IOException {
    var file = write(path, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void age(Path file, Duration age) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
  }
}

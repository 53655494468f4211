package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.lab.machine.Processes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input is refused with a word that names it, and changes nothing. */
@ExtendWith(Story.Extension.class)
class BadInputIT {

  @ParameterizedTest
  @ValueSource(strings = {"lab1/a/b", "lab1/..", "lab1/a b", "lab1/", "/web", "web", "LAB1/web"})
  void aBadNameIsUsage(String name, Story story) {
    var before = everything(story);
    var ran = story.berth().run("create", name, "--image", "guest");
    assertThat(ran.exit()).isEqualTo(2);
    assertThat(ran.err()).contains("bad ").doesNotContain("Exception");
    assertThat(everything(story)).isEqualTo(before);
  }

  @Test
  void aNameOf300CharactersIsUsage(Story story) {
    var ran = story.berth().run("create", "lab1/" + "x".repeat(300), "--image", "guest");
    assertThat(ran.exit()).isEqualTo(2);
    assertThat(ran.err()).contains("300 characters");
  }

  @Test
  void anUnknownHostOrImageIsNamed(Story story) {
    var host = story.berth().run("create", "lab9/web", "--image", "guest");
    assertThat(host.exit()).isEqualTo(1);
    assertThat(host.err()).contains("lab9");
    var before = everything(story);
    var image = story.berth().run("create", "lab1/web", "--image", "no-such-image");
    assertThat(image.exit()).isEqualTo(1);
    assertThat(image.err()).contains("no-such-image");
    assertThat(everything(story)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "null",
        "\"web\"",
        "{\"name\":\"../web\",\"image\":\"guest\"}",
        "{\"name\":\"a%2Fb\",\"image\":\"guest\"}",
        "{\"name\":7,\"image\":{}}",
        "{\"image\":\"guest\"}",
        "{\"name\":\"web\",\"image\":\"guest\",\"colour\":\"red\"}"
      })
  void aBadBodyIsAProblemWithoutATrace(String body, Story story) {
    var before = everything(story);
    var answer = post(story, "hosts/lab1/containers", body);
    assertThat(answer).contains("application/problem+json", "INVALID", "HTTP/1.1 400");
    assertThat(answer).doesNotContain("Exception", "\\tat ");
    assertThat(everything(story)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"hosts/lab1/containers/..%2f..%2fetc/start", "hosts/lab1/containers/a%20b/start"})
  void aBadPathIsAProblem(String path, Story story) {
    assertThat(post(story, path, "{}")).contains("application/problem+json", "HTTP/1.1 400");
  }

  @Test
  void aBodyOf20MegabytesIsTooLarge(Story story) {
    var body = "{\"name\":\"" + "x".repeat(20 << 20) + "\"}";
    var answer = post(story, "hosts/lab1/containers", body);
    assertThat(answer).contains("HTTP/1.1 413", "TOO_LARGE");
    assertThat(story.berth().run("host", "ls").exit()).isZero();
  }

  private static String post(Story story, String path, String body) {
    var ran =
        Processes.tryRun(
            java.util.List.of(
                "curl",
                "-s",
                "-i",
                "--path-as-is",
                "-H",
                "Expect:",
                "-H",
                "Content-Type: application/json",
                "--data-binary",
                "@-",
                story.lab().controller().url().resolve("/api/v1/" + path).toString()),
            body);
    return ran.out();
  }

  private static String everything(Story story) {
    return story
            .host("lab1")
            .run(
                "find",
                "/var/lib/machines",
                "/etc/systemd/nspawn",
                "-mindepth",
                "1",
                "-maxdepth",
                "1")
            .out()
        + story.ok("ls").out().replaceAll("\\b[0-9]+[smhd]\\b", "");
  }
}

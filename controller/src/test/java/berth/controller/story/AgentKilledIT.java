package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The agent killed with -9 in the middle: it ends by itself, once, and leaves nothing half done.
 */
@ExtendWith(Story.Extension.class)
class AgentKilledIT {

  /** From before the command is read to while the container boots. */
  @ParameterizedTest
  @ValueSource(ints = {0, 20, 60, 120, 250, 500, 900})
  void aCreateIsDoneOnceWhereverItWasCut(int millis, Story story) {
    var name = "lab1/cut" + millis;
    var id = submit(story, "create", name, "--image", "guest", "--start", "--wait", "ready");
    LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
    story.killAgent("lab1");
    try {
      var ended = story.berth().run("operation", "wait", id);
      assertThat(ended.exit()).as(ended.err()).isZero();
      assertThat(story.ok("show", name).out()).contains("ready", "guest");
      assertThat(created(story, "cut" + millis)).isEqualTo(1);
      assertThat(story.leftovers("lab1")).isEmpty();
    } finally {
      story.ok("rm", "--force", name);
    }
  }

  @Test
  void anImageBuildIsDoneOnceAndLeavesNoHalfImage(Story story) {
    var id = submit(story, "image", "build", "cut", "--debootstrap", "trixie", "--on", "lab1");
    Story.until("the build is under way", () -> !progress(story, id).isEmpty());
    Story.until("it has written something", () -> !story.leftovers("lab1").isEmpty());
    LockSupport.parkNanos(Duration.ofSeconds(3).toNanos());
    story.killAgent("lab1");
    Story.until("it came back", () -> story.online("lab1"));

    var ended = story.berth().run("operation", "wait", id);

    assertThat(ended.exit()).as(ended.err()).isZero();
    assertThat(story.leftovers("lab1")).isEmpty();
    assertThat(story.host("lab1").run("findmnt", "-rno", "TARGET").out())
        .doesNotContain("/var/lib/machines/.");
    assertThat(story.host("lab1").run("pgrep", "-f", "debootstrap").exit()).isEqualTo(1);
    story.ok("create", "lab1/built", "--image", "cut", "--start", "--wait", "ready");
    assertThat(story.ok("exec", "lab1/built", "--", "cat", "/etc/debian_version").out())
        .startsWith("13");
    story.ok("rm", "--force", "lab1/built");
    story.ok("image", "rm", "cut", "--on", "lab1");
  }

  @Test
  void anExecIsInterruptedAndNotRunAgain(Story story) {
    story.ok("create", "lab1/once", "--image", "guest", "--start", "--wait", "ready");
    var running =
        story
            .berth()
            .start("exec", "lab1/once", "--", "sh", "-c", "echo x >> /root/count; sleep 4343");
    Story.until("it runs", () -> count(story).equals("x\n"));
    story.killAgent("lab1");
    var ran = running.await();
    assertThat(ran.exit()).isEqualTo(125);
    assertThat(ran.err()).contains("agent");
    assertThat(count(story)).isEqualTo("x\n");
    Story.until(
        "the program is gone",
        () -> story.host("lab1").run("pgrep", "-f", "^sleep 4343").exit() == 1);
    story.ok("rm", "--force", "lab1/once");
  }

  private static String submit(Story story, String... args) {
    var all = new java.util.ArrayList<>(java.util.List.of(args));
    all.addAll(java.util.List.of("--no-wait", "-o", "json"));
    return story.ok(all.toArray(String[]::new)).json().path("id").asText();
  }

  private static String progress(Story story, String id) {
    var operation = story.ok("operation", "show", id, "-o", "json").json();
    assertThat(operation.path("state").asText()).as("%s", operation).isEqualTo("RUNNING");
    return operation.at("/targets/0/progress/text").asText("");
  }

  private static String count(Story story) {
    return story.host("lab1").run("cat", "/var/lib/machines/once/root/count").out();
  }

  private static long created(Story story, String container) {
    var found = 0L;
    var lines = story.ok("events", "-n", "200", "-o", "json").out().lines().toList();
    for (var line : lines) {
      JsonNode event =
          berth.protocol.Wire.read(
              line.getBytes(java.nio.charset.StandardCharsets.UTF_8), JsonNode.class);
      if (event.path("kind").asText().equals("container-created")
          && event.at("/body/container/name").asText().equals(container)) {
        found++;
      }
    }
    return found;
  }
}

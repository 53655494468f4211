package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Containers as they were, from the command line. */
@ExtendWith(Story.Extension.class)
class SnapshotStoryIT {

  @AfterEach
  void leaveNothing(Story story) {
    Story.until("lab1 is online", () -> story.online("lab1"));
    story.berth().run("rm", "--force", "lab?/s*");
    assertThat(story.ok("ls").out()).doesNotContain("/s");
    assertThat(story.leftovers("lab1")).isEmpty();
  }

  @Test
  void aContainerIsMadeWhatItWasWhileItRan(Story story) {
    story.ok("create", "lab1/s1", "--image", "guest", "--start", "--wait", "ready");
    write(story, "first");
    var taken =
        story.ok(
            "snapshot", "create", "lab1/s1", "before", "--comment", "the why", "--expires", "7d");
    assertThat(taken.out()).contains("lab1/s1 has snapshot before");
    write(story, "second");

    var refused = story.berth().run("snapshot", "restore", "lab1/s1", "before");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("lab1/s1", "is running", "stop it first");
    story.ok("stop", "lab1/s1");
    assertThat(story.ok("snapshot", "restore", "lab1/s1", "before").out()).contains("done");
    story.ok("start", "lab1/s1", "--wait", "ready");
    assertThat(story.ok("exec", "lab1/s1", "--", "cat", "/root/data").out()).isEqualTo("first\n");

    story.ok("snapshot", "create", "lab1/s*", "--protect");
    assertThat(story.ok("snapshot", "ls", "lab1/s1").out()).contains("before", "the why", "yes");
    var guarded = story.berth().run("rm", "--force", "lab1/s1");
    assertThat(guarded.exit()).isEqualTo(1);
    assertThat(guarded.err()).contains("a protected snapshot", "berth snapshot rm --force");
    var named = story.ok("snapshot", "ls", "lab1/s1", "-o", "json").json();
    var name = named.at("/0/snapshots/1/name").asText();
    story.ok("snapshot", "rm", "--force", "lab1/s1", name);
    assertThat(story.ok("rm", "--force", "lab1/s1").out()).contains("done, with 1 snapshot");
    assertThat(story.berth().run("snapshot", "ls", "lab1/s1").err()).contains("no container");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 40, 120})
  void aRestoreIsFinishedWhereverItWasCut(int millis, Story story) {
    story.ok("create", "lab1/s1", "--image", "guest");
    story.ok("snapshot", "create", "lab1/s1", "before");
    var tree = "/var/lib/machines/s1";
    story.host("lab1").run("touch", tree + "/since");
    var id =
        story
            .ok("snapshot", "restore", "lab1/s1", "before", "--no-wait", "-o", "json")
            .json()
            .path("id")
            .asText();
    LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
    story.killAgent("lab1");
    var ended = story.berth().run("operation", "wait", id);
    assertThat(ended.exit()).as(ended.err()).isZero();
    assertThat(story.host("lab1").run("ls", tree).out()).contains("etc").doesNotContain("since");
    Story.until("lab1 is online", () -> story.online("lab1"));
    assertThat(story.ok("snapshot", "ls", "lab1/s1").out()).contains("before");
  }

  private static void write(Story story, String text) {
    story.ok("exec", "lab1/s1", "--", "sh", "-c", "echo " + text + " >/root/data");
  }
}

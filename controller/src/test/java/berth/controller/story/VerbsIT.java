package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done to containers from the command line: to several, by selection, and across kills. */
@ExtendWith(Story.Extension.class)
class VerbsIT {

  @AfterEach
  void leaveNothing(Story story) {
    Story.until("lab1 is online", () -> story.online("lab1"));
    story.berth().run("rm", "--force", "lab?/v*");
    assertThat(story.ok("ls").out()).doesNotContain("/v");
  }

  @Test
  void aSelectionIsTreatedAsOneAndEachOutcomeIsTold(Story story) {
    for (var name : List.of("lab1/v1", "lab1/v2", "lab2/v3")) {
      story.ok("create", name, "--image", "guest", "--label", "number=" + name.charAt(6));
    }
    assertThat(story.ok("ls", "-l", "number,number!=2", "--on", "lab1,lab2").out())
        .contains("lab1/v1", "lab2/v3")
        .doesNotContain("lab1/v2");
    var started = story.ok("start", "lab?/v*", "--wait", "ready");
    assertThat(started.err()).contains("3 containers: lab1/v1, lab1/v2, lab2/v3");
    assertThat(started.out()).contains("lab1/v1 is ready", "lab1/v2 is ready", "lab2/v3 is ready");
    assertThat(story.ok("start", "--all", "--on", "lab1", "--wait", "ready").out())
        .contains("lab1/v1 is ready", "lab1/v2 is ready")
        .doesNotContain("lab2");

    var stopped = story.berth().run("stop", "lab1/v1", "lab1/v9", "lab2/v3");
    assertThat(stopped.exit()).isEqualTo(1);
    assertThat(stopped.err()).contains("lab1/v9");
    assertThat(stopped.out()).contains("lab1/v1 is stopped", "lab2/v3 is stopped");
    story.ok("stop", "lab1/v1");

    var refused = story.berth().run("rm", "lab1/v*");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("v2", "is running");
    assertThat(story.ok("ls").out()).contains("lab1/v2").doesNotContain("lab1/v1");
  }

  @Test
  void aRebootAndASignalAreToldAsWhatTheyAre(Story story) {
    story.ok("create", "lab1/v1", "--image", "guest", "--start", "--wait", "ready");
    assertThat(story.ok("reboot", "lab1/v1", "--wait", "ready").out()).contains("lab1/v1 is ready");
    Story.until(
        "it is told",
        () -> story.ok("events", "-n", "20").out().contains("container-rebooted  v1"));
    var paused = story.berth().run("pause", "lab1/v1");
    if (paused.exit() != 0) {
      assertThat(paused.err()).contains("can't be paused", "old cgroup hierarchy");
    }
    story.ok("resume", "lab1/v1");
    story.ok("kill", "-s", "KILL", "--whom", "all", "lab1/v1");
    story.ok("wait", "--for", "stopped", "--timeout", "30s", "lab1/v1");
    assertThat(story.ok("show", "lab1/v1").out()).contains("failed", "killed by SIGKILL");
  }

  @Test
  void waitHoldsAcrossARestartOfTheControllerAndEndsInTime(Story story) {
    story.ok("create", "lab1/v1", "--image", "guest", "--start", "--wait", "ready");
    var late = story.berth().run("wait", "--for", "stopped", "--timeout", "1s", "lab1/v1");
    assertThat(late.exit()).isEqualTo(124);
    assertThat(late.err()).contains("lab1/v1 was not stopped within 1.0 s: it is ready");

    var waiting = story.berth().start("wait", "--for", "stopped", "--timeout", "2m", "lab1/v1");
    story.lab().controller().kill9();
    story.lab().controller().start();
    story.host("lab1").run("machinectl", "poweroff", "v1");
    var ran = waiting.await();
    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("lab1/v1 is stopped");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100})
  void aCloneIsMadeOnceWhereverItWasCut(int millis, Story story) {
    story.ok("create", "lab1/v1", "--image", "guest", "--start", "--wait", "ready");
    var clone = "lab1/v" + millis + "c";
    assertDoneAcrossAKill(story, millis, "clone", "lab1/v1", clone);
    story.ok("start", clone, "--wait", "ready");
    var id = "/etc/machine-id";
    assertThat(story.ok("exec", clone, "--", "cat", id).out())
        .isNotEqualTo(story.ok("exec", "lab1/v1", "--", "cat", id).out());
    assertThat(story.ok("exec", clone, "--", "cat", "/etc/hostname").out())
        .isEqualTo("v" + millis + "c\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {30, 100, 300})
  void aRenamingIsFinishedWhereverItWasCut(int millis, Story story) {
    story.ok("create", "lab1/v1", "--image", "guest");
    story.host("lab1").run("systemctl", "enable", "systemd-nspawn@v1");
    assertDoneAcrossAKill(story, millis, "rename", "lab1/v1", "v2");
    var left =
        story
            .host("lab1")
            .run("find", "/etc/systemd", "/var/lib/machines", "-maxdepth", "3", "-name", "*v1*");
    assertThat(left.out()).isEmpty();
    assertThat(story.ok("start", "lab1/v2").out()).contains("lab1/v2 is");
    assertThat(story.host("lab1").run("systemctl", "is-enabled", "systemd-nspawn@v2").out())
        .isEqualTo("enabled\n");
    var again = story.berth().run("rename", "lab1/v2", "lab1/v3");
    assertThat(again.exit()).isEqualTo(1);
    assertThat(again.err()).contains("is running");
  }

  private static void assertDoneAcrossAKill(Story story, int millis, String... args) {
    var all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--no-wait", "-o", "json"));
    var id = story.ok(all.toArray(String[]::new)).json().path("id").asText();
    LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
    story.killAgent("lab1");
    var ended = story.berth().run("operation", "wait", id);
    assertThat(ended.exit()).as(ended.err()).isZero();
    Story.until("lab1 is online", () -> story.online("lab1"));
    assertThat(story.leftovers("lab1")).isEmpty();
  }
}

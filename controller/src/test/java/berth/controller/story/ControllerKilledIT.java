package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Controller, broker and database killed with -9 at once: every outcome arrives all the same. */
@ExtendWith(Story.Extension.class)
class ControllerKilledIT {

  @AfterEach
  void everythingIsBack(Story story) {
    story.host("lab2").connect();
    Story.until("lab1 is online", () -> story.online("lab1"));
    Story.until("lab2 is online", () -> story.online("lab2"));
  }

  @Test
  void theOutcomeOfARunningOperationArrives(Story story) {
    var waiting = story.berth().start("create", "lab1/kept", "--image", "guest", "--wait", "ready");
    Story.until(
        "the host has begun",
        () -> story.host("lab1").run("systemctl", "is-active", "systemd-nspawn@kept").exit() == 0);
    restart(story);
    var ran = waiting.await();
    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("lab1/kept is ready");
    story.ok("rm", "--force", "lab1/kept");
  }

  @Test
  void aCommandForAHostThatIsOfflineArrivesWhenItIsBackUnlessItsDeadlinePassed(Story story) {
    takeOffline(story);
    var later = submit(story, "create", "lab2/later", "--image", "guest", "--deadline", "5m");
    var never = submit(story, "create", "lab2/never", "--image", "guest", "--deadline", "3s");
    restart(story);
    assertThat(state(story, later)).isEqualTo("RUNNING");
    var expired = story.berth().run("operation", "wait", never);
    assertThat(expired.exit()).isEqualTo(124);
    assertThat(expired.err()).contains("lab2");

    story.host("lab2").connect();
    var ended = story.berth().run("operation", "wait", later);
    assertThat(ended.exit()).as(ended.err()).isZero();
    story.ok("create", "lab2/after", "--image", "guest");
    assertThat(story.ok("ls").out()).contains("lab2/later").doesNotContain("lab2/never");
    assertThat(state(story, never)).isEqualTo("FAILED");
    story.ok("rm", "lab2/later", "lab2/after");
  }

  private static void takeOffline(Story story) {
    story.host("lab2").disconnect();
    Story.until("lab2 is seen to be away", () -> !story.online("lab2"));
  }

  private static void restart(Story story) {
    story.lab().controller().kill9();
    story.lab().controller().start();
    Story.until("it answers", () -> story.berth().run("host", "ls").exit() == 0);
  }

  private static String submit(Story story, String... args) {
    var all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--no-wait", "-o", "json"));
    return story.ok(all.toArray(String[]::new)).json().path("id").asText();
  }

  private static String state(Story story, String id) {
    return story.ok("operation", "show", id, "-o", "json").json().path("state").asText();
  }
}

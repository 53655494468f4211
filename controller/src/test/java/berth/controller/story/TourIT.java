package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.lab.machine.Processes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a newcomer does, in the order of the README. */
@ExtendWith(Story.Extension.class)
class TourIT {

  @AfterEach
  void leaveNothing(Story story) {
    story.ok("rm", "--force", "lab1/web");
  }

  @Test
  void aContainerLivesItsWholeLife(Story story) {
    assertThat(story.ok("host", "ls").out()).contains("lab1", "lab2", "online");
    assertThat(story.ok("pool", "ls").out()).contains("lab1/default", "btrfs", "%");
    assertThat(story.ok("pool", "show", "lab1/default").out())
        .contains("Health:", "Fullness:   data ", ", metadata ", "snapshot running containers");
    assertThat(story.ok("image", "ls").out()).contains("guest", "Debian GNU/Linux");

    var created = story.ok("create", "lab1/web", "--image", "guest", "--start", "--wait", "ready");
    assertThat(created.out()).contains("lab1/web is ready");
    assertThat(story.ok("ls").out()).contains("lab1/web", "ready", "guest");

    var shown = story.ok("show", "lab1/web", "-o", "json").json().path("container");
    assertThat(shown.path("leader").asLong()).isPositive();
    assertThat(shown.path("unit").asText()).isEqualTo("systemd-nspawn@web.service");
    assertThat(shown.path("volume").asText()).isEqualTo("/var/lib/machines/web");
    assertThat(shown.path("image").asText()).isEqualTo("guest");
    assertThat(story.ok("show", "lab1/web").out()).contains("Status:", "Leader:", "Limits:");

    assertThat(story.ok("stop", "lab1/web").out()).contains("stopped");
    assertThat(story.ok("start", "lab1/web", "--wait", "ready").out()).contains("ready");
    var before = leader(story);
    assertThat(story.ok("restart", "lab1/web", "--wait", "ready").out()).contains("ready");
    assertThat(leader(story)).isNotEqualTo(before);

    var refused = story.berth().run("rm", "lab1/web");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("web", "force");

    story.ok("stop", "lab1/web");
    story.ok("rm", "lab1/web");
    assertThat(story.ok("ls").out()).doesNotContain("lab1/web");
    var host = story.host("lab1");
    assertThat(host.run("ls", "-A", "/etc/systemd/nspawn").out()).doesNotContain("web.nspawn");
    assertThat(host.run("ls", "-A", "/var/lib/machines").out()).doesNotContain("web");
  }

  @Test
  void itIsAPlainMachineForMachinectl(Story story) {
    story.ok("create", "lab1/web", "--image", "guest", "--start", "--wait", "ready");
    var host = story.host("lab1");
    assertThat(host.run("machinectl", "list", "--no-legend").out()).contains("web");
    assertThat(host.run("machinectl", "poweroff", "web").exit()).isZero();
    Story.until("it is stopped", () -> status(story).equals("STOPPED"));
    assertThat(host.run("machinectl", "start", "web").exit()).isZero();
    Story.until("it is ready", () -> status(story).equals("READY"));
    var events = story.ok("events", "-n", "50").out();
    assertThat(events).contains("container-stopped  web", "container-ready  web");
  }

  @Test
  void itsJournalIsReadRunningAndStopped(Story story) {
    story.ok("create", "lab1/web", "--image", "guest", "--start", "--wait", "ready");
    story.ok("exec", "lab1/web", "--", "sh", "-c", "echo 'hello journal' | systemd-cat -t tour");
    Story.until("the entry is there", () -> story.ok("logs", "lab1/web").out().contains("tour["));
    assertThat(story.ok("logs", "lab1/web", "-n", "500").out()).contains("hello journal");
    story.ok("stop", "lab1/web");
    var lines = story.ok("logs", "lab1/web", "-n", "5").out().lines().toList();
    assertThat(lines).hasSize(5);
    assertThat(story.ok("logs", "lab1/web", "-n", "500").out()).contains("hello journal");
  }

  @Test
  void aFollowedJournalShowsNewEntriesUntilItIsInterrupted(Story story) throws Exception {
    story.ok("create", "lab1/web", "--image", "guest", "--start", "--wait", "ready");
    var follow = story.berth().begin("logs", "lab1/web", "-f", "-n", "1");
    try (var lines = follow.inputReader()) {
      assertThat(lines.readLine()).as("the newest entry, then it follows").isNotNull();
      story.ok("exec", "lab1/web", "--", "sh", "-c", "echo 'news' | systemd-cat -t follow");
      var line = lines.readLine();
      while (line != null && !line.contains("follow[")) {
        line = lines.readLine();
      }
      assertThat(line).contains("news");
      Processes.run("kill", "-INT", Long.toString(follow.pid()));
      follow.waitFor();
    }
    Story.until(
        "no journalctl is left",
        () -> story.host("lab1").run("pgrep", "-f", "journalctl.*--follow").exit() != 0);
  }

  @Test
  void operationsAreRememberedWithTheirOutcome(Story story) {
    var operation = story.ok("create", "lab1/web", "--image", "guest", "-o", "json").json();
    var id = operation.path("id").asText();
    assertThat(operation.path("state").asText()).isEqualTo("SUCCEEDED");
    assertThat(story.ok("operation", "ls").out()).contains(id, "create lab1/web");
    assertThat(story.ok("operation", "show", id).out()).contains("succeeded", "lab1");
  }

  private static long leader(Story story) {
    return story.ok("show", "lab1/web", "-o", "json").json().at("/container/leader").asLong();
  }

  private static String status(Story story) {
    return story.ok("show", "lab1/web", "-o", "json").json().at("/container/status").asText();
  }
}

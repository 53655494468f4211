package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Containers that go from host to host, from the command line. */
@ExtendWith(Story.Extension.class)
class ArchiveStoryIT {
  private static final String DATA = "/root/data";

  @TempDir private Path folder;

  @AfterEach
  void leaveNothing(Story story) {
    for (var host : new String[] {"lab1", "lab2"}) {
      Story.until(host + " is online", () -> story.online(host));
    }
    story.berth().run("rm", "--force", "lab?/a*");
    assertThat(story.ok("ls").out()).doesNotContain("/a");
    assertThat(story.leftovers("lab1")).isEmpty();
    assertThat(story.leftovers("lab2")).isEmpty();
  }

  @Test
  void aRunningContainerIsExportedAndRunsOnAnotherHost(Story story) {
    story.ok("create", "lab1/a1", "--image", "guest", "--label", "tier=web", "--wait", "ready");
    story.ok("exec", "lab1/a1", "--", "sh", "-c", "echo here >" + DATA);
    var file = folder.resolve("a1.tar.zst");
    var told = story.ok("export", "lab1/a1", file.toString()).out();
    assertThat(told).contains("export lab1/a1", "entries", "sha256:");
    Story.until(
        "its snapshot is gone",
        () -> !story.ok("snapshot", "ls", "lab1/a1").out().contains("export-"));
    var archive = story.berth().run("import", file.toString(), "lab2/a1", "--wait", "ready");
    assertThat(archive.exit()).as(archive.err()).isZero();
    assertThat(archive.out()).contains("lab2/a1 is ready");
    assertThat(story.ok("exec", "lab2/a1", "--", "cat", DATA).out()).isEqualTo("here\n");
    assertThat(story.ok("ls", "-l", "tier=web").out()).contains("lab1", "lab2");

    story.ok("stop", "lab1/a1");
    var kept = story.ok("copy", "lab1/a1", "lab2/a2", "--keep-identity");
    assertThat(kept.out()).contains("lab2/a2 is stopped");
    assertThat(id(story, "lab2", "a2")).isEqualTo(id(story, "lab1", "a1"));
    assertThat(id(story, "lab2", "a1")).isNotEqualTo(id(story, "lab1", "a1"));
    var again = story.berth().run("copy", "lab1/a1", "lab2/a2");
    assertThat(again.exit()).isEqualTo(1);
    assertThat(again.err()).contains("lab2/a2 is there already");
  }

  @Test
  void anImportIsFinishedByTheAgentThatComesAfterOneThatWasKilled(Story story) throws Exception {
    story.ok("create", "lab1/a1", "--image", "guest");
    var file = folder.resolve("a1.tar.zst");
    story.ok("export", "lab1/a1", file.toString());
    assertThat(Files.size(file)).isPositive();
    var sent = story.berth().run("import", file.toString(), "lab2/a1", "--no-wait", "-o", "json");
    var id = sent.json().path("id").asText();
    LockSupport.parkNanos(Duration.ofMillis(400).toNanos());
    story.killAgent("lab2");
    var ended = story.berth().run("operation", "wait", id);
    assertThat(ended.exit()).as(ended.err()).isZero();
    story.ok("start", "lab2/a1", "--wait", "ready");
  }

  private static String id(Story story, String host, String name) {
    var id = "/var/lib/machines/" + name + "/etc/machine-id";
    return story.host(host).run("cat", id).out();
  }
}

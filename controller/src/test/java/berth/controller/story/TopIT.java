package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What containers use, as it changes. */
@ExtendWith(Story.Extension.class)
class TopIT {

  @AfterEach
  void leaveNothing(Story story) {
    story.ok("rm", "--force", "lab1/busy", "lab1/idle");
  }

  @Test
  void aBusyContainerIsSeenToBeBusyAndAnIdleOneIsNot(Story story) {
    story.ok("create", "lab1/busy", "--image", "guest", "--wait", "ready");
    story.ok("create", "lab1/idle", "--image", "guest", "--wait", "ready");
    story.ok("exec", "lab1/busy", "--", "systemd-run", "-q", "sh", "-c", "while :; do :; done");
    Story.until("it is seen", () -> cpus(story, "busy").filter(c -> c > 0.2).isPresent());
    assertThat(cpus(story, "idle")).hasValueSatisfying(c -> assertThat(c).isLessThan(0.2));
    var table = story.ok("top", "lab1", "--once", "--interval", "500ms").out();
    assertThat(table.lines().toList().getFirst()).contains("CONTAINER", "CPU", "MEMORY", "TASKS");
    assertThat(table.lines().toList().get(1)).startsWith("lab1/busy").contains("%");
    var twice = story.ok("top", "-n", "2", "--interval", "500ms", "-o", "json").out();
    assertThat(twice.lines()).hasSize(2).allMatch(line -> line.contains("\"busy\""));
  }

  private static Optional<Double> cpus(Story story, String name) {
    var sample = story.ok("top", "--once", "--interval", "500ms", "-o", "json").json();
    return StreamSupport.stream(sample.path("containers").spliterator(), false)
        .filter(row -> row.path("host").asText().equals("lab1"))
        .map(row -> row.path("usage"))
        .filter(usage -> usage.path("name").asText().equals(name))
        .map(usage -> usage.path("cpus"))
        .filter(JsonNode::isNumber)
        .map(JsonNode::asDouble)
        .findFirst();
  }
}

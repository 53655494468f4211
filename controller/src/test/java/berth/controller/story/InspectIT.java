package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A container seen from close by. */
@ExtendWith(Story.Extension.class)
class InspectIT {

  @AfterEach
  void leaveNothing(Story story) {
    story.ok("rm", "--force", "lab1/seen");
  }

  @Test
  void whatRunsInAContainerAndWaitsForOthersIsSeen(Story story) {
    story.ok("create", "lab1/seen", "--image", "guest", "--wait", "ready");
    // The container's own socket unit: a listener without installing a server.
    story.ok(
        "exec",
        "lab1/seen",
        "--",
        "systemd-run",
        "-q",
        "--socket-property=ListenStream=4242",
        "--socket-property=Accept=yes",
        "cat");
    story.ok("exec", "lab1/seen", "--", "systemd-run", "-q", "-p", "User=nobody", "sleep", "4711");
    var seen = inspect(story);
    assertThat(stream(seen, "processes"))
        .anySatisfy(process -> {
          assertThat(process.path("command").asText()).endsWith("sleep 4711");
          assertThat(process.path("user").asText()).isEqualTo("nobody");
          assertThat(process.path("pid").asLong()).isLessThan(process.path("hostPid").asLong());
        })
        .anySatisfy(process -> {
          assertThat(process.path("pid").asLong()).isEqualTo(1);
          assertThat(process.path("user").asText()).isEqualTo("root");
          assertThat(process.path("hostPid")).isEqualTo(seen.at("/container/leader"));
          assertThat(process.path("memory").asLong()).isPositive();
        })
        .noneMatch(process -> process.path("command").asText().startsWith("systemd-nspawn"));
    assertThat(stream(seen, "listeners"))
        .filteredOn(listener -> listener.path("port").asInt() == 4242)
        .singleElement()
        .matches(listener -> listener.path("protocol").asText().equals("tcp"))
        .matches(listener -> listener.path("process").asLong() == 1);
    assertThat(stream(seen, "interfaces")).anyMatch(i -> i.path("name").asText().equals("lo"));
    assertThat(stream(seen, "mounts"))
        .anyMatch(
            m -> m.path("path").asText().equals("/") && m.path("type").asText().equals("btrfs"));
    assertThat(stream(seen, "files").map(file -> file.path("path").asText()))
        .anyMatch(path -> path.endsWith("/systemd-nspawn@.service"))
        .contains("/etc/systemd/nspawn/seen.nspawn");
    assertThat(seen.at("/usage/cpuTime").asText()).startsWith("PT");
    // What this kernel does not count is named, and what it counts is there.
    assertThat(seen.path("missing").has("usage.memory"))
        .isNotEqualTo(seen.at("/usage").has("memory"));
    assertThat(story.ok("inspect", "lab1/seen").out())
        .contains("Processes", "sleep 4711", "4242/tcp", "Mounts", "seen.nspawn");
  }

  @Test
  void aStoppedContainerShowsHowItIsConfigured(Story story) {
    story.ok("create", "lab1/seen", "--image", "guest");
    var seen = inspect(story);
    assertThat(seen.at("/container/status").asText()).isEqualTo("STOPPED");
    assertThat(seen.path("processes")).isEmpty();
    assertThat(seen.at("/missing/processes").asText()).isEqualTo("it does not run");
    assertThat(stream(seen, "files").map(file -> file.path("text").asText()))
        .anyMatch(text -> text.contains("Made by Berth"));
    var missing = story.berth().run("inspect", "lab1/never");
    assertThat(missing.exit()).isEqualTo(1);
    assertThat(missing.err()).contains("no container \"never\"");
  }

  private static JsonNode inspect(Story story) {
    return story.ok("inspect", "lab1/seen", "-o", "json").json();
  }

  private static Stream<JsonNode> stream(JsonNode seen, String field) {
    return StreamSupport.stream(seen.path(field).spliterator(), false);
  }
}

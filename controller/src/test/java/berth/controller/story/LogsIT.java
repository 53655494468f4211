package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.lab.LabHost;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Journals of containers: followed through everything, narrowed down, and several as one. */
@ExtendWith(Story.Extension.class)
class LogsIT {
  private static final Pattern LINE = Pattern.compile(": line ([0-9]+)$");

  @AfterEach
  void leaveNothing(Story story) {
    story.ok("rm", "--force", "lab1/talk", "lab2/talk");
    story.host("lab1").run("rm", "-rf", "/var/lib/machines/hollow");
  }

  @Test
  void aFollowerMissesAndRepeatsNothingWhateverIsStartedAnew(Story story) {
    create(story, "lab1/talk");
    var host = story.host("lab1");
    var follower = story.berth().begin("logs", "lab1/talk", "-f", "-n", "0", "--grep", "^line ");
    try {
      var seen = gather(follower.inputReader());
      // Whether it has begun is to be seen by what it shows: lines before the first are not
      // counted.
      Story.until(
          "it follows",
          () -> {
            say(host, 0, 0);
            return !seen.isEmpty();
          });
      say(host, 1, 20);
      story.ok("restart", "lab1/talk", "--wait", "ready");
      say(host, 21, 40);
      Story.until("it has gone on after the reboot", () -> seen.contains(40));

      story.lab().controller().kill9();
      say(host, 41, 60);
      story.lab().controller().start();
      Story.until("it has gone on after the controller's death", () -> seen.contains(60));

      story.killAgent("lab1");
      say(host, 61, 80);
      Story.until("it has gone on after the agent's death", () -> seen.contains(80));
      assertThat(List.copyOf(seen))
          .filteredOn(number -> number > 0)
          .containsExactlyElementsOf(IntStream.rangeClosed(1, 80).boxed().toList());
    } finally {
      follower.descendants().forEach(ProcessHandle::destroy);
      follower.destroy();
    }
  }

  @Test
  void entriesAreNarrowedDownAndTheNewestOfThemComeInOrder(Story story) {
    create(story, "lab1/talk");
    var host = story.host("lab1");
    inside(host, "echo '<3>grave news' | systemd-cat -t grave; seq -f 'line %g' 1 9 | systemd-cat");
    Story.until("it is written", () -> numbers(story, "-n", "20").contains(9));
    assertThat(numbers(story, "-n", "3", "--grep", "^line")).containsExactly(7, 8, 9);
    assertThat(numbers(story, "-n", "2", "--since", "-1h", "--until", "now", "--grep", "line [45]"))
        .containsExactly(4, 5);
    assertThat(numbers(story, "--since", "-1h", "--grep", "^line")).hasSize(9);
    assertThat(numbers(story, "--until", "-1h")).isEmpty();
    assertThat(numbers(story, "--grep", "nothing like that")).isEmpty();

    var grave = story.ok("logs", "lab1/talk", "-p", "err", "-n", "1000").out();
    assertThat(grave).contains("grave news").doesNotContain("line 9");
    var journald = story.ok("logs", "lab1/talk", "-u", "systemd-journald", "-n", "1000").out();
    assertThat(journald.lines()).isNotEmpty().allMatch(line -> line.contains("journal"));
    var refused = story.berth().run("logs", "lab1/talk", "-u", "--merge /etc");
    assertThat(refused.exit()).isEqualTo(2);
    assertThat(refused.err()).contains("bad unit");

    var shown = story.ok("logs", "lab1/talk", "-n", "1000", "--grep", "line 7", "--show-cursor");
    var cursor = shown.out().lines().toList().getLast().replace("-- cursor: ", "");
    assertThat(numbers(story, "--after-cursor", cursor))
        .containsSubsequence(8, 9)
        .doesNotContain(7);
  }

  @Test
  void severalJournalsAreOne(Story story) {
    create(story, "lab1/talk");
    create(story, "lab2/talk");
    for (var i = 1; i <= 4; i++) {
      say(story.host(i % 2 == 1 ? "lab1" : "lab2"), i, i);
    }
    Story.until("it is written", () -> merged(story).size() == 4);
    assertThat(merged(story))
        .extracting(line -> line.replaceAll(" \\|.*: ", " "))
        .containsExactly(
            "lab1/talk line 1", "lab2/talk line 2", "lab1/talk line 3", "lab2/talk line 4");
  }

  @Test
  void whyAContainerDidNotComeUpIsTold(Story story) {
    var host = story.host("lab1");
    host.run("mkdir", "-p", "/var/lib/machines/hollow/usr/lib", "/var/lib/machines/hollow/etc");
    host.run("touch", "/var/lib/machines/hollow/usr/lib/os-release");
    Story.until("it is seen", () -> story.ok("ls").out().contains("lab1/hollow"));
    assertThat(story.berth().run("start", "lab1/hollow", "--wait", "ready").exit()).isEqualTo(1);
    var told = story.ok("logs", "lab1/hollow");
    assertThat(told.out()).contains("systemd-nspawn");
    assertThat(told.err()).contains("lab1/hollow: failed: ");
    assertThat(story.ok("logs", "--host-unit", "lab1/hollow").out()).contains("systemd-nspawn");
  }

  private static void create(Story story, String container) {
    story.ok("create", container, "--image", "guest", "--wait", "ready");
  }

  private static List<Integer> numbers(Story story, String... options) {
    var argv = new ArrayList<>(List.of("logs", "lab1/talk"));
    argv.addAll(List.of(options));
    return story.ok(argv.toArray(String[]::new)).out().lines().flatMap(LogsIT::number).toList();
  }

  private static List<String> merged(Story story) {
    return story.ok("logs", "lab1/talk", "lab2/talk", "--grep", "^line").out().lines().toList();
  }

  /** Without Berth, so that it goes on also while Berth does not run. */
  private static void say(LabHost host, int from, int to) {
    inside(host, "seq -f 'line %g' " + from + " " + to + " | systemd-cat -t count");
  }

  private static void inside(LabHost host, String script) {
    var ran = host.run("systemd-run", "-q", "-M", "talk", "--wait", "--pipe", "sh", "-c", script);
    assertThat(ran.exit()).as(ran.err()).isZero();
  }

  private static List<Integer> gather(BufferedReader lines) {
    var seen = Collections.synchronizedList(new ArrayList<Integer>());
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try (lines) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
              number(line).forEach(seen::add);
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    return seen;
  }

  private static Stream<Integer> number(String line) {
    return LINE.matcher(line).results().map(match -> Integer.valueOf(match.group(1)));
  }
}

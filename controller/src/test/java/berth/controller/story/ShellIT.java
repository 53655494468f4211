package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.lab.machine.Processes;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A person at a real terminal (script(1) makes one), with a shell in a container. */
@ExtendWith(Story.Extension.class)
class ShellIT {
  @TempDir private Path folder;

  @BeforeEach
  void start(Story story) {
    if (story.berth().run("show", "lab1/shell").exit() != 0) {
      story.ok("create", "lab1/shell", "--image", "guest");
    }
    story.ok("start", "lab1/shell", "--wait", "ready");
  }

  @AfterAll
  static void leaveNothing(Story story) {
    story.ok("rm", "--force", "lab1/shell");
  }

  @Test
  void aPersonTypesResizesInterruptsAndGetsTheExitCode(Story story) throws Exception {
    var cast = folder.resolve("demo.cast");
    try (var person = new Person(story, "shell", "--record", cast.toString(), "lab1/shell")) {
      person.types("echo pro'mpt'\n");
      person.sees("prompt");
      person.types("stty size; id -un; echo $TERM\n");
      person.sees("24 80\r\nroot\r\nxterm-256color");
      person.outside("stty rows 50 cols 132 <" + person.device());
      person.types("while [ \"$(stty size)\" != '50 132' ]; do sleep 0.1; done; echo res'ized'\n");
      person.sees("resized");
      person.types("sleep 4545\n");
      Story.until("it sleeps", () -> sleeps(story, "4545"));
      person.types("\003");
      person.types("echo after $?\n");
      person.sees("after 130");
      person.types("exit 7\n");
      person.sees("status 7");
      person.sees("restored");
    }
    var lines = Files.readAllLines(cast);
    assertThat(lines.getFirst()).contains("\"version\":2", "\"width\":80", "\"height\":24");
    assertThat(lines).anyMatch(line -> line.contains("\"o\",") && line.contains("prompt"));
    assertThat(lines).anyMatch(line -> line.contains("\"r\",\"132x50\""));
  }

  @Test
  void killingTheCommandLineEndsItsProcessesAndRestoresTheTerminal(Story story) throws Exception {
    try (var person = new Person(story, "shell", "lab1/shell", "--", "sleep", "4646")) {
      Story.until("it sleeps", () -> sleeps(story, "4646"));
      assertThat(story.ok("session", "ls").out()).contains("shell lab1/shell: sleep");
      person.outside("kill -9 " + person.commandLine());
      person.sees("status 137");
      person.sees("restored");
      Story.until("it is gone", () -> !sleeps(story, "4646"));
    }
  }

  @Test
  void aKeptSessionIsLeftAttachedAgainAndKilled(Story story) throws Exception {
    String id;
    try (var person = new Person(story, "shell", "--keep", "lab1/shell", "--", "sh")) {
      person.types("kept=yes; sleep 1000 & echo be'gun'\n");
      person.sees("begun");
      person.types("\035\035\035");
      person.sees("berth session attach ");
      person.sees("status 0");
      id = person.seen().replaceAll("(?s).*session attach (\\S+).*", "$1");
    }
    try (var person = new Person(story, "session", "attach", id)) {
      person.types("echo still $kept\n");
      person.sees("still yes");
      person.types("\035\035\035");
      person.sees("status 0");
    }
    story.ok("session", "kill", id);
    Story.until("it is gone", () -> !sleeps(story, "1000"));
  }

  @Test
  void aDetachedProgramIsShownWithWhatItCameTo(Story story) {
    var id =
        story
            .ok("exec", "-d", "lab1/shell", "--", "sh", "-c", "echo out; echo err >&2; exit 7")
            .out()
            .strip();
    story.berth().run("operation", "wait", id);
    assertThat(story.ok("operation", "show", id).out()).contains("exit code 7", "out\n", "err\n");
  }

  @Test
  void withoutATerminalThereIsAClearError(Story story) {
    var ran = story.berth().run("shell", "lab1/shell");
    assertThat(ran.exit()).isEqualTo(2);
    assertThat(ran.err()).contains("no terminal", "berth exec");
  }

  private static boolean sleeps(Story story, String seconds) {
    return story.berth().run("exec", "lab1/shell", "--", "pgrep", "-f", "^sleep " + seconds).exit()
        == 0;
  }

  /** Somebody in front of a terminal in which berth was called. */
  private static final class Person implements AutoCloseable {
    /** Says where it runs, calls berth, and tells the status and whether the settings are back. */
    private static final String STORY =
        """
        stty rows 24 cols 80; export TERM=xterm-256color
        echo "at $(tty) $$ ."; was=$(stty -g)
        "$@"; echo "status $?"
        i=0; while [ "$(stty -g)" != "$was" ] && [ $i -lt 50 ]; do sleep 0.1; i=$((i+1)); done
        [ "$(stty -g)" = "$was" ] && echo restored
        """;

    private final StringBuilder seen = new StringBuilder();
    private final Process script;
    private final OutputStream keys;

    Person(Story story, String... args) throws IOException {
      var argv = new ArrayList<>(List.of("script", "-q", "-e", "-c"));
      var berth = new ArrayList<>(List.of(Path.of("..", "berth").toRealPath().toString()));
      berth.addAll(List.of(args));
      argv.add("sh -c '" + STORY.replace("'", "'\\''") + "' x " + String.join(" ", berth));
      argv.add("/dev/null");
      var environment =
          Map.of(
              "BERTH_CONTROLLER", story.lab().controller().url().toString(), "BERTH_NO_BUILD", "1");
      script = Processes.command(argv, environment).redirectErrorStream(true).start();
      keys = script.getOutputStream();
      Thread.ofVirtual().start(this::look);
    }

    private void look() {
      try (var in = new InputStreamReader(script.getInputStream(), StandardCharsets.UTF_8)) {
        var buffer = new char[4096];
        for (int n; (n = in.read(buffer)) >= 0; ) {
          synchronized (seen) {
            seen.append(buffer, 0, n);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    String seen() {
      synchronized (seen) {
        return seen.toString();
      }
    }

    void sees(String text) {
      Story.until("'" + text + "' is seen", () -> seen().contains(text));
    }

    void types(String text) throws IOException {
      keys.write(text.getBytes(StandardCharsets.UTF_8));
      keys.flush();
    }

    String device() {
      sees(" .\r\n");
      return seen().replaceAll("(?s).*at (\\S+) (\\d+) \\..*", "$1");
    }

    /** The process of berth: the child of the shell that runs in the terminal. */
    long commandLine() {
      sees(" .\r\n");
      var shell = Long.parseLong(seen().replaceAll("(?s).*at (\\S+) (\\d+) \\..*", "$2"));
      return ProcessHandle.of(shell).orElseThrow().children().findFirst().orElseThrow().pid();
    }

    /** Does something to the terminal or its programs from elsewhere. */
    void outside(String command) {
      Processes.run("sh", "-c", command);
    }

    @Override
    public void close() throws IOException {
      keys.close();
      if (script.onExit().completeOnTimeout(null, 20, TimeUnit.SECONDS).join() == null) {
        script.destroyForcibly();
      }
    }
  }
}

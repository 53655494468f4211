package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Programs in a container, as if they ran here. */
@ExtendWith(Story.Extension.class)
class ExecIT {
  private static final long OUTPUT = 200L << 20;

  @BeforeEach
  void start(Story story) {
    if (story.berth().run("show", "lab1/web").exit() != 0) {
      story.ok("create", "lab1/web", "--image", "guest");
    }
    story.ok("start", "lab1/web", "--wait", "ready");
  }

  @AfterAll
  static void leaveNothing(Story story) {
    story.ok("rm", "--force", "lab1/web");
  }

  @Test
  void bothStreamsComeApartAndTheStatusIsThePrograms(Story story) {
    var ran = exec(story, "sh", "-c", "echo out; echo err >&2; exit 7");
    assertThat(ran).isEqualTo(new Berth.Ran(7, "out\n", "err\n"));
  }

  @Test
  void aProgramKilledByASignalSaysSo(Story story) {
    assertThat(exec(story, "sh", "-c", "kill -TERM $$").exit()).isEqualTo(128 + 15);
    assertThat(exec(story, "sh", "-c", "kill -KILL $$").exit()).isEqualTo(128 + 9);
  }

  @Test
  void statusesThatLookLikeSystemdsOwnAreThePrograms(Story story) {
    for (var status : new int[] {1, 124, 125, 126, 127, 200, 203, 217, 255}) {
      assertThat(exec(story, "sh", "-c", "exit " + status))
          .isEqualTo(new Berth.Ran(status, "", ""));
    }
  }

  @Test
  void aProgramThatIsNotThereIsNamed(Story story) {
    var ran = exec(story, "/no/such/program");
    assertThat(ran.exit()).isEqualTo(127);
    assertThat(ran.err()).contains("/no/such/program");
    var bare = exec(story, "no-such-program");
    assertThat(bare.exit()).isEqualTo(127);
    assertThat(bare.err()).contains("no-such-program");
  }

  @Test
  void aProgramThatCannotBeRunIsNamed(Story story) {
    var ran = exec(story, "/etc/passwd");
    assertThat(ran.exit()).isEqualTo(126);
    assertThat(ran.err()).contains("/etc/passwd");
  }

  @Test
  void standardInputIsPiped(Story story) {
    var ran = story.berth().feed("one\ntwo\n", "exec", "lab1/web", "--", "sh", "-c", "cat; echo e");
    assertThat(ran).isEqualTo(new Berth.Ran(0, "one\ntwo\ne\n", ""));
    var large = "0123456789abcdef".repeat(1 << 17);
    var sum = story.berth().feed(large, "exec", "lab1/web", "--", "wc", "-c");
    assertThat(sum.out().trim()).isEqualTo(Integer.toString(large.length()));
  }

  @Test
  void aProgramMayOpenItsStandardStreams(Story story) {
    assertThat(exec(story, "sh", "-c", "echo a > /dev/stdout; echo b > /dev/stderr"))
        .isEqualTo(new Berth.Ran(0, "a\n", "b\n"));
  }

  @Test
  void userDirectoryEnvironmentAndTimeoutAreKept(Story story) {
    var berth = story.berth();
    var ran =
        berth.run(
            "exec",
            "-u",
            "nobody",
            "-C",
            "/var",
            "-e",
            "A=b c$d",
            "lab1/web",
            "--",
            "sh",
            "-c",
            "id -un; pwd; echo \"$A\"");
    assertThat(ran.out()).isEqualTo("nobody\n/var\nb c$d\n");
    var late = berth.run("exec", "--timeout", "1s", "lab1/web", "--", "sleep", "60");
    assertThat(late.exit()).isEqualTo(124);
    assertThat(exec(story, "pgrep", "-x", "sleep").exit()).isEqualTo(1);
  }

  @Test
  void anInterruptKillsTheProgramInTheContainer(Story story) throws InterruptedException {
    var running = story.berth().start("exec", "lab1/web", "--", "sleep", "4242");
    Story.until("it runs", () -> exec(story, "pgrep", "-f", "^sleep 4242").exit() == 0);
    running.interrupt();
    assertThat(running.await().exit()).isNotZero();
    Story.until("it is gone", () -> exec(story, "pgrep", "-f", "^sleep 4242").exit() == 1);
  }

  @Test
  void muchOutputToASlowReaderIsCompleteAndMemoryStaysBounded(Story story) throws Exception {
    var agent = story.host("lab1").mainProcess(Story.AGENT_UNIT);
    exec(story, "true");
    var before = rss(story, agent);
    var process =
        story.berth().begin("exec", "lab1/web", "--", "head", "-c", "" + OUTPUT, "/dev/zero");
    var highest = before;
    var read = 0L;
    var buffer = new byte[1 << 20];
    try (var in = process.getInputStream()) {
      for (int n; (n = in.read(buffer)) >= 0; read += n) {
        if (read < (8L << 20)) {
          // A slow reader: at first everything must wait for it.
          LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        if ((read >> 20) % 20 == 0) {
          highest = Math.max(highest, rss(story, agent));
        }
      }
    }
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(read).isEqualTo(OUTPUT);
    assertThat(highest - before).as("growth of the agent in bytes").isLessThan(64L << 20);
  }

  @Test
  void manyAtOnceAllComeToTheirOwnEnd(Story story) {
    var running = new ArrayList<Berth.Running>();
    for (var i = 0; i < 12; i++) {
      running.add(
          story.berth().start("exec", "lab1/web", "--", "sh", "-c", "echo o" + i + "; exit " + i));
    }
    IntStream.range(0, running.size())
        .forEach(i ->
            assertThat(running.get(i).await()).isEqualTo(new Berth.Ran(i, "o" + i + "\n", "")));
  }

  @Test
  void aStoppedContainerIsNamed(Story story) {
    story.ok("stop", "lab1/web");
    var ran = exec(story, "true");
    assertThat(ran.exit()).isEqualTo(125);
    assertThat(ran.err()).contains("web").contains("berth start");
  }

  private static Berth.Ran exec(Story story, String... argv) {
    var args = new ArrayList<>(java.util.List.of("exec", "lab1/web", "--"));
    args.addAll(java.util.List.of(argv));
    return story.berth().run(args.toArray(String[]::new));
  }

  /** The resident set of a process of lab1 in bytes (proc(5)). */
  private static long rss(Story story, long pid) throws IOException {
    var status = story.host("lab1").run("grep", "VmRSS", "/proc/" + pid + "/status").out();
    return Long.parseLong(status.replaceAll("[^0-9]", "")) << 10;
  }
}

package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.lab.machine.Processes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Files into a container and out of it, as with cp. */
@ExtendWith(Story.Extension.class)
class CopyIT {
  private static final int LARGE = 150 << 20;

  @TempDir private Path folder;

  @BeforeEach
  void start(Story story) {
    if (story.berth().run("show", "lab1/files").exit() != 0) {
      story.ok("create", "lab1/files", "--image", "guest");
    }
    story.ok("start", "lab1/files", "--wait", "ready");
  }

  @AfterAll
  static void leaveNothing(Story story) {
    story.ok("rm", "--force", "lab1/files");
    assertThat(story.leftovers("lab1")).isEmpty();
  }

  @Test
  void aTreeGoesInAndComesBackTheSame(Story story) throws IOException {
    var tree = Files.createDirectories(folder.resolve("tree/sub/empty")).getParent().getParent();
    fill(tree);
    var in = story.ok("cp", tree.toString(), "lab1/files:/root");
    assertThat(in.out()).contains("copy to lab1/files:/root", "sha256:");
    assertThat(exec(story, "stat", "-c", "%U:%G %a", "/root/tree/plain"))
        .isEqualTo("www-data:daemon 4750\n");
    assertThat(exec(story, "cat", "/root/tree/sub/link")).isEqualTo("plain\n");

    story.ok("cp", "-a", "lab1/files:/root/tree", folder.resolve("back").toString());
    assertThat(seen(folder.resolve("back"))).isEqualTo(seen(tree));
    assertThat(Files.mismatch(folder.resolve("back/sparse"), tree.resolve("sparse"))).isEqualTo(-1);
    assertThat(allocated(folder.resolve("back/sparse"))).isLessThan(1 << 20);

    story.ok("cp", "lab1/files:/root/tree/.", folder.resolve("safe").toString());
    assertThat(Processes.run("stat", "-c", "%a", folder + "/safe/plain").out()).isEqualTo("750\n");
  }

  @Test
  void aStoppedContainerIsCopiedToAndFrom(Story story) throws IOException {
    Files.writeString(folder.resolve("note"), "for later\n");
    story.ok("stop", "lab1/files");
    story.ok("cp", folder.resolve("note").toString(), "lab1/files:/etc/note");
    story.ok("cp", "lab1/files:/etc/note", folder.resolve("back").toString());
    assertThat(folder.resolve("back")).hasContent("for later\n");
    story.ok("start", "lab1/files", "--wait", "ready");
    assertThat(exec(story, "stat", "-c", "%u", "/etc/note")).isEqualTo("0\n");
    assertThat(exec(story, "cat", "/etc/note")).isEqualTo("for later\n");
  }

  @Test
  void archivesGoThroughStandardInputAndOutput(Story story) throws Exception {
    Files.createDirectories(folder.resolve("conf.d"));
    Files.writeString(folder.resolve("conf.d/site"), "a site\n");
    var archive = folder.resolve("in.tar");
    Processes.run("tar", "-c", "-f", archive.toString(), "-C", folder.toString(), "conf.d");
    var text = Files.readString(archive, StandardCharsets.ISO_8859_1);
    var in = story.berth().feed(text, "cp", "--owner", "33:33", "-", "lab1/files:/srv");
    assertThat(in.exit()).as(in.err()).isZero();
    assertThat(exec(story, "stat", "-c", "%U", "/srv/conf.d/site")).isEqualTo("www-data\n");

    var process = story.berth().begin("cp", "lab1/files:/srv/conf.d", "-");
    var out = folder.resolve("out.tar");
    Files.copy(process.getInputStream(), out);
    assertThat(process.waitFor()).isZero();
    assertThat(Processes.run("tar", "-x", "-O", "-f", out.toString(), "conf.d/site").out())
        .isEqualTo("a site\n");
  }

  @Test
  void aKilledAgentGoesOnWithTheCopy(Story story) throws IOException {
    var large = folder.resolve("large");
    var random = new byte[LARGE];
    new Random(3).nextBytes(random);
    Files.write(large, random);
    var running = story.berth().start("cp", large.toString(), "lab1/files:/root/large");
    Story.until("it has begun", () -> !story.leftovers("lab1").isEmpty());
    story.killAgent("lab1");
    var in = running.await();
    assertThat(in.exit()).as(in.err()).isZero();
    var sum = Processes.run("sha256sum", large.toString()).out().substring(0, 64);
    assertThat(exec(story, "sha256sum", "/root/large")).startsWith(sum);

    running = story.berth().start("cp", "lab1/files:/root/large", folder + "/back");
    Story.until(
        "it is under way",
        () -> story.ok("operation", "ls", "-n", "1").out().contains("copy from"));
    story.killAgent("lab1");
    var out = running.await();
    assertThat(out.exit()).as(out.err()).isZero();
    assertThat(Processes.run("sha256sum", folder + "/back").out()).startsWith(sum);
    assertThat(exec(story, "find", "/root", "-name", ".berth*")).isEmpty();
    assertThat(story.leftovers("lab1")).isEmpty();
  }

  @Test
  void whatCanNotBeCopiedIsToldWithItsSide(Story story) throws IOException {
    var here = Files.createDirectory(folder.resolve("here")).toString();
    assertFails(
        story,
        1,
        "no such file or folder: /none in the container files",
        "cp",
        "lab1/files:/none",
        here);
    assertFails(story, 1, "here: " + folder + "/none", "cp", folder + "/none", "lab1/files:/root");
    assertFails(
        story,
        1,
        "no such folder: /no/such in the container files",
        "cp",
        here,
        "lab1/files:/no/such/folder");
    assertFails(
        story,
        1,
        "no such folder here: " + folder + "/no",
        "cp",
        "lab1/files:/etc/passwd",
        folder + "/no/passwd");
    assertFails(story, 1, "a folder can't replace", "cp", here, "lab1/files:/etc/passwd");
    assertFails(story, 1, "no container nobody on host lab1", "cp", here, "lab1/nobody:/root");
    assertFails(story, 2, "one of the two must be in a container", "cp", here, folder + "/x");
    assertFails(story, 2, "bad path", "cp", here, "lab1/files:/a/../b");
    assertThat(Path.of(here)).isEmptyDirectory();
  }

  private static void assertFails(Story story, int status, String part, String... args) {
    var ran = story.berth().run(args);
    assertThat(ran.err()).contains(part);
    assertThat(ran.exit()).as(ran.err()).isEqualTo(status);
  }

  private static void fill(Path tree) throws IOException {
    Files.writeString(tree.resolve("plain"), "plain\n");
    Processes.run("chown", "33:1", tree + "/plain");
    Processes.run("chmod", "4750", tree + "/plain");
    Processes.run("touch", "-d", "2001-02-03 04:05:06.123456789", tree + "/plain");
    Files.createSymbolicLink(tree.resolve("sub/link"), Path.of("../plain"));
    Files.createLink(tree.resolve("again"), tree.resolve("plain"));
    Files.setAttribute(tree.resolve("plain"), "user:note", ByteBuffer.wrap(new byte[] {1, 0, 2}));
    try (var sparse = new RandomAccessFile(tree.resolve("sparse").toFile(), "rw")) {
      sparse.seek(20 << 20);
      sparse.write(1);
      sparse.setLength(40 << 20);
    }
  }

  private static List<String> seen(Path tree) throws IOException {
    var lines =
        Processes.run("find", tree.toString(), "-printf", "%P %y %m %U:%G %T@ %l %n %s\\n")
            .out()
            .lines()
            .filter(line -> !line.contains(" d "))
            .sorted()
            .collect(Collectors.toCollection(ArrayList::new));
    var note = (byte[]) Files.getAttribute(tree.resolve("plain"), "user:note");
    lines.add("note " + HexFormat.of().formatHex(note));
    return lines;
  }

  private static long allocated(Path file) {
    return Long.parseLong(Processes.run("stat", "-c", "%b", file.toString()).out().strip()) * 512;
  }

  private static String exec(Story story, String... argv) {
    var args = new ArrayList<>(List.of("exec", "lab1/files", "--"));
    args.addAll(List.of(argv));
    return story.ok(args.toArray(String[]::new)).out();
  }
}

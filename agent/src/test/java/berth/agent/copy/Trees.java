package berth.agent.copy;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.linux.Directory;
import berth.agent.linux.Folder;
import berth.agent.linux.OpenFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Trees with all that is hard to copy, and what is to be seen of them. */
final class Trees {
  private Trees() {}

  /** Makes a tree of a bit of everything. */
  static void fill(Path tree) throws IOException {
    var time = Instant.parse("2001-02-03T04:05:06.123456789Z");
    Files.createDirectories(tree.resolve("empty"));
    Files.writeString(tree.resolve("plain"), "plain\n");
    run("chown", "33:44", tree + "/plain");
    run("chmod", "4751", tree + "/plain");
    Files.setLastModifiedTime(tree.resolve("plain"), FileTime.from(time));
    var deep = tree.resolve("d".repeat(90)).resolve("e".repeat(200));
    Files.createDirectories(deep);
    Files.writeString(deep.resolve("deep ü %=\nx"), "deep");
    run("sh", "-c", "printf raw > \"$1/$(printf 'a\\377b')\"", "sh", tree.toString());
    Files.createSymbolicLink(tree.resolve("link"), Path.of("../" + "f".repeat(150)));
    run("chown", "-h", "1000:1001", tree + "/link");
    run("touch", "-h", "-d", "2002-03-04 05:06:07.5", tree + "/link");
    Files.createLink(tree.resolve("zz-hard"), tree.resolve("plain"));
    run("mkfifo", "-m", "640", tree + "/pipe");
    try (var sparse = new RandomAccessFile(tree.resolve("sparse").toFile(), "rw")) {
      sparse.seek(5 << 20);
      sparse.write("middle".getBytes(StandardCharsets.UTF_8));
      sparse.setLength(10 << 20);
    }
    try (var hole = new RandomAccessFile(tree.resolve("hole").toFile(), "rw")) {
      hole.setLength(10 << 20);
    }
    Files.write(tree.resolve("large"), new byte[3_000_001]);
    attribute(tree.resolve("plain"), "user.note", new byte[] {0, -1, '\n', '='});
    attribute(tree.resolve("empty"), "user.a=b%c", new byte[] {1});
    Files.setLastModifiedTime(tree.resolve("empty"), FileTime.from(time));
    Files.setLastModifiedTime(tree, FileTime.from(time));
  }

  /** What is to be seen of a tree: a line for each thing in it. */
  static List<String> seen(Path tree) {
    var lines =
        new ArrayList<>(
            run(
                    "find",
                    tree.toString(),
                    "-printf",
                    "%P %y %m %U:%G %T@ %l %n ",
                    "-type",
                    "f",
                    "-printf",
                    "%s ",
                    "-exec",
                    "sha256sum",
                    "-z",
                    "{}",
                    ";",
                    "-o",
                    "-printf",
                    "\\n")
                .replace(tree.toString(), "TREE")
                .replace('\0', '\n')
                .lines()
                .sorted()
                .toList());
    for (var path : all(tree)) {
      attributes(path)
          .forEach((name, value) ->
              lines.add(
                  tree.relativize(path) + " " + name + " " + HexFormat.of().formatHex(value)));
    }
    return lines;
  }

  /** How much of the disk a file takes. */
  static long allocated(Path file) {
    return Long.parseLong(run("stat", "-c", "%b", file.toString()).strip()) * 512;
  }

  static String run(String... argv) {
    try {
      var process = new ProcessBuilder(argv).redirectErrorStream(true).start();
      var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(process.waitFor()).as(String.join(" ", argv) + ": " + out).isZero();
      return out;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The extended attributes of a file, but for those of a security module. */
  static Map<String, byte[]> attributes(Path file) {
    if (!Files.isRegularFile(file, NOFOLLOW_LINKS) && !Files.isDirectory(file, NOFOLLOW_LINKS)) {
      return Map.of();
    }
    try (var folder = Folder.of(Directory.open(file.getParent()));
        var place = folder.look(Folder.raw(file.getFileName().toString()))) {
      var all = new TreeMap<>(OpenFile.attributes(place));
      all.remove("security.selinux");
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void attribute(Path file, String name, byte[] value) throws IOException {
    try (var folder = Folder.of(Directory.open(file.getParent()));
        var place = folder.look(Folder.raw(file.getFileName().toString()))) {
      OpenFile.attribute(place, name, value);
    }
  }

  private static List<Path> all(Path tree) {
    try (var paths = Files.walk(tree)) {
      return paths.filter(path -> !path.toString().contains("\ufffd")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

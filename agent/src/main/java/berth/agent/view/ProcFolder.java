package berth.agent.view;

import berth.agent.linux.Directory;
import berth.agent.linux.Fd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The folder of one process in /proc (proc(5)), by a handle: where the process ends and its number
 * is used again, nothing can be read any more, and not the other one's. What can't be read is
 * empty.
 */
final class ProcFolder implements AutoCloseable {
  private final Fd fd;

  private ProcFolder(Fd fd) {
    this.fd = fd;
  }

  static Optional<ProcFolder> open(long pid) {
    try {
      return Optional.of(new ProcFolder(Directory.open(Path.of("/proc", Long.toString(pid)))));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** A path of this folder or of something in it, as long as this is open. */
  Path path(String name) {
    return Path.of("/proc/self/fd", Integer.toString(fd.number()), name);
  }

  /** The beginning of a file. */
  String text(String name, int most) {
    try (var in = Files.newInputStream(path(name))) {
      return new String(in.readNBytes(most), StandardCharsets.UTF_8);
    } catch (IOException _) {
      return "";
    }
  }

  /** What one of the kernel's own links says that it is: {@code net:[4026531840]}. */
  String link(String name) {
    try {
      return Files.readSymbolicLink(path(name)).toString();
    } catch (IOException _) {
      return "";
    }
  }

  /** The numbers of its open files, at most so many. */
  List<String> openFiles(int most) {
    var numbers = new ArrayList<String>();
    try (var entries = Files.newDirectoryStream(path("fd"))) {
      for (var entry : entries) {
        if (numbers.size() == most) {
          break;
        }
        numbers.add(entry.getFileName().toString());
      }
    } catch (IOException _) {
      // it ended
    }
    return numbers;
  }

  @Override
  public void close() {
    fd.close();
  }
}

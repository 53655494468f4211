package berth.controller.lab;

import berth.controller.lab.machine.Mounts;
import berth.controller.lab.machine.Processes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Looks through the machine for anything of a lab, without asking the lab's own code. */
final class Leftovers {
  private final LabFolder folder;
  private final String id;

  Leftovers(LabFolder folder) {
    this.folder = folder;
    this.id = folder.name().substring("berthlab".length());
  }

  /** All that is there of the lab: empty after down. */
  List<String> all() {
    var found = new ArrayList<String>();
    Mounts.now().under(folder.path()).forEach(point -> found.add("mount " + point));
    lines("losetup", "-l", "-n", "-O", "NAME,BACK-FILE")
        .filter(line -> line.contains(folder.path().toString()))
        .forEach(line -> found.add("loop device " + line));
    lines("ip", "-br", "link")
        .filter(line -> line.contains("bl" + id))
        .forEach(line -> found.add("interface " + line));
    lines("ip", "netns", "list")
        .filter(line -> line.contains(folder.name()))
        .forEach(line -> found.add("network namespace " + line));
    lines("nft", "list", "tables")
        .filter(line -> line.contains(folder.name()))
        .forEach(line -> found.add("rules " + line));
    walk(Path.of("/sys/fs/cgroup"))
        .filter(path -> path.toString().contains(folder.name()))
        .forEach(path -> found.add("control group " + path));
    processes().forEach(line -> found.add("process " + line));
    Stream.of(folder.path(), Path.of("/run/berth-lab/labs", folder.name()))
        .filter(Files::exists)
        .forEach(path -> found.add("file " + path));
    walk(Path.of("/run/systemd/nspawn"))
        .filter(path -> path.getFileName().toString().startsWith(folder.name()))
        .forEach(path -> found.add("file " + path));
    return found;
  }

  private Stream<String> processes() {
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != ProcessHandle.current().pid())
        .filter(process -> belongs(process.pid()))
        .map(process -> process.pid() + " " + process.info().commandLine().orElse("?"));
  }

  private boolean belongs(long pid) {
    var process = Path.of("/proc", Long.toString(pid));
    try {
      if (Files.readString(process.resolve("stat")).matches("(?s).*\\) Z .*")) {
        // Dead, and PID 1's to bury.
        return false;
      }
      return Files.readString(process.resolve("cgroup")).contains(folder.name())
          || Files.readString(process.resolve("cmdline")).contains(folder.name());
    } catch (IOException e) {
      return false;
    }
  }

  private static Stream<String> lines(String... argv) {
    return Processes.run(argv).out().lines();
  }

  private static Stream<Path> walk(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Stream.of();
    }
    var all = new ArrayList<Path>();
    try (var children = Files.list(folder)) {
      for (var child : children.filter(path -> Files.isDirectory(path)).toList()) {
        all.add(child);
        walk(child).forEach(all::add);
      }
    } catch (IOException | UncheckedIOException e) {
      // Other labs come and go beside this one.
    }
    return all.stream();
  }
}

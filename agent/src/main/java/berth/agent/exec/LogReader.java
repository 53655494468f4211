package berth.agent.exec;

import berth.agent.dispatch.Job;
import berth.agent.linux.Fd;
import berth.agent.linux.RootedFiles;
import berth.agent.process.HostCommand;
import berth.agent.process.Processes;
import berth.agent.report.Streams;
import berth.protocol.BerthException;
import berth.protocol.Bytes;
import berth.protocol.ContainerName;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.command.ProcessCommand.ReadLogs;
import berth.protocol.reply.Result;
import berth.protocol.reply.Result.ProcessResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads a container's journal on the host, which works for stopped containers too. The journal is
 * the container's own making: its folder is opened beneath the container's root, and journalctl(1)
 * sees it in a mount namespace in which the host's own journals and the other containers are out of
 * sight, so that a symbolic link in the folder leads to nothing of theirs.
 */
public final class LogReader {
  private static final String JOURNAL = "var/log/journal";
  private static final Duration LIMIT = Duration.ofDays(30);

  /**
   * The same for every container: what differs comes as arguments. The folder is named by its path,
   * as a mount can't be bound by a handle from another namespace; the container may have put
   * something else there meanwhile, so it is compared with the handle once it is bound. journalctl
   * needs a /proc to watch the folder by (without one it follows nothing): that of a process
   * namespace of its own, where nothing leads out.
   */
  private static final String SCRIPT =
      """
      mount --no-canonicalize --bind -- "$1" /mnt && [ /mnt -ef "$2" ] || exit
      shift 2
      for hidden in /var/log /var/lib /run /home /root; do
        mount -t tmpfs -o size=64k hidden "$hidden" || exit
      done
      mount -t proc proc /proc || exit
      exec journalctl --directory=/mnt "$@"
      """;

  private final Processes processes;
  private final Function<ContainerName, Optional<Path>> volumes;

  /**
   * @param volumes the root of a container on the host
   */
  public LogReader(Processes processes, Function<ContainerName, Optional<Path>> volumes) {
    this.processes = processes;
    this.volumes = volumes;
  }

  /**
   * Reads on until the end, or until the job is cancelled where it follows.
   *
   * @param journal of the container; owned from now on
   */
  Result read(ReadLogs command, Fd journal, Streams streams, Job job) throws IOException {
    try (journal;
        var output = LogOutput.open(job.id(), streams)) {
      var process = processes.start(command(command, journal), line -> whole(line, output));
      job.onCancel(process::cancel);
      job.onCancel(output::abandon);
      var result = process.await();
      job.stopIfCancelled();
      if (!result.isSuccess()) {
        throw new BerthException(
            new Problem(
                    ProblemCode.FAILED,
                    "could not read the journal of the container " + command.container())
                .withLog(result.log()));
      }
      return done(output.finish());
    }
  }

  /** An entry that was too long to be read as a line is no JSON any more. */
  private static void whole(String line, LogOutput output) {
    if (line.endsWith("}")) {
      output.line(line);
    }
  }

  private static Result done(long chunks) {
    var nothing = Bytes.of("");
    return new ProcessResult(Optional.of(0), Optional.empty(), chunks, nothing, nothing);
  }

  /** The journal that a container keeps on the disk; empty where it keeps none. */
  Optional<Fd> journal(ContainerName container) throws IOException {
    var volume = volumes.apply(container);
    if (volume.isEmpty()) {
      return Optional.empty();
    }
    try (var files = RootedFiles.at(volume.get())) {
      return files.directory(JOURNAL).filter(LogReader::hasEntries);
    }
  }

  /** How journalctl is asked for entries, here or in a container. */
  static List<String> options(ReadLogs command) {
    var options = new ArrayList<>(List.of("--all", "--quiet", "-o", "json"));
    options.addAll(List.of("-n", String.valueOf(command.lines())));
    if (command.follow()) {
      options.add("--follow");
    }
    return options;
  }

  private static boolean hasEntries(Fd folder) {
    try (var entries = Files.newDirectoryStream(Path.of("/proc/self/fd/" + folder.number()))) {
      if (entries.iterator().hasNext()) {
        return true;
      }
    } catch (IOException _) {
      // as good as empty
    }
    folder.close();
    return false;
  }

  private static HostCommand command(ReadLogs command, Fd journal) throws IOException {
    var handle = "fd/" + journal.number();
    var path = Files.readSymbolicLink(Path.of("/proc/self", handle)).toString();
    var ours = "/proc/" + ProcessHandle.current().pid() + "/" + handle;
    var argv = new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private"));
    argv.addAll(List.of("--pid", "--fork", "--kill-child", "--"));
    argv.addAll(List.of("sh", "-c", SCRIPT, "sh", path, ours, "--merge"));
    argv.addAll(options(command));
    return HostCommand.of(argv).within(LIMIT);
  }
}

package berth.agent.exec;

import berth.agent.dispatch.Job;
import berth.agent.exec.LogQuery.Start;
import berth.agent.linux.Fd;
import berth.agent.linux.RootedFiles;
import berth.agent.process.HostCommand;
import berth.agent.process.Processes;
import berth.agent.report.Streams;
import berth.agent.systemd.UnitName;
import berth.protocol.BerthException;
import berth.protocol.Bytes;
import berth.protocol.ContainerName;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.command.ProcessCommand.ReadLogs;
import berth.protocol.reply.Result;
import berth.protocol.reply.Result.ProcessResult;
import berth.protocol.state.ContainerState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * Reads a container's journal on the host, which works for stopped containers too. The journal is
 * the container's own making: its folder is opened beneath the container's root, and journalctl(1)
 * sees it in a mount namespace in which the host's own journals and the other containers are out of
 * sight, so that a symbolic link in the folder leads to nothing of theirs.
 */
public final class LogReader {
  private static final String JOURNAL = "var/log/journal";
  private static final List<String> JOURNALCTL = List.of("usr/bin/journalctl", "bin/journalctl");
  private static final Duration LIMIT = Duration.ofDays(30);
  private static final int MOST_ENTRIES = 1000;
  private static final Optional<Start> AS_ASKED = Optional.of(new Start.AsAsked());

  /**
   * The same for every container: what differs comes as arguments. The folder is named by its path,
   * as a mount can't be bound by a handle from another namespace; the container may have put
   * something else there meanwhile, so it is compared with the handle once it is bound. journalctl
   * needs a /proc to watch the folder by (without one it follows nothing): that of a process
   * namespace of its own, where nothing leads out.
   */
  private static final String SCRIPT =
      """
      mount --no-canonicalize --bind -- "$1" /mnt || exit
      [ /mnt -ef "$2" ] || { echo "its folder was replaced meanwhile" >&2; exit 1; }
      shift 2
      for hidden in /var/log /var/lib /run /home /root; do
        mount -t tmpfs -o size=64k hidden "$hidden" || exit
      done
      mount -t proc proc /proc || exit
      exec journalctl --directory=/mnt "$@"
      """;

  private final Processes processes;
  private final Function<ContainerName, Optional<ContainerState>> containers;

  /**
   * @param containers the state of a container of the host
   */
  public LogReader(
      Processes processes, Function<ContainerName, Optional<ContainerState>> containers) {
    this.processes = processes;
    this.containers = containers;
  }

  /**
   * Reads on until the end, or until the job is cancelled where it follows. Empty where the journal
   * is in the memory of the container, which has to be asked for it.
   */
  Optional<Result> read(ReadLogs command, Streams streams, Job job) throws IOException {
    var container = containers.apply(command.container());
    if (!command.fromHost()) {
      var journal = container.flatMap(LogReader::root).flatMap(LogReader::journal);
      if (journal.isPresent()) {
        try (var folder = journal.get()) {
          return Optional.of(read(command, isolated(folder), streams, job));
        }
      }
      if (hasJournalctl(container) && (command.after().isPresent() || isRunning(container))) {
        return Optional.empty();
      }
    }
    processes.attempt(HostCommand.of("journalctl", "--sync"));
    var unit =
        container
            .map(ContainerState::unit)
            .orElseGet(() -> UnitName.of(command.container()).value());
    return Optional.of(read(command, List.of("journalctl", "--unit=" + unit), streams, job));
  }

  private Result read(ReadLogs command, List<String> journalctl, Streams streams, Job job) {
    var query = new LogQuery(command);
    try (var output = LogOutput.open(job.id(), streams)) {
      job.onCancel(output::abandon);
      var start = query.needsSearch() ? search(query, journalctl, job) : AS_ASKED;
      if (start.isPresent()) {
        var entries = new Entries(query, output);
        run(query, with(journalctl, query.read(start.get(), false)), entries, job);
      }
      return done(output.finish());
    }
  }

  private Optional<Start> search(LogQuery query, List<String> journalctl, Job job) {
    var begun = Instant.now();
    var oldest = new AtomicReference<>("");
    run(query, with(journalctl, query.search()), oldest::set, job);
    return query.found(oldest.get(), begun);
  }

  private void run(LogQuery query, HostCommand journalctl, Processes.Lines lines, Job job) {
    var process = processes.start(journalctl, lines);
    job.onCancel(process::cancel);
    var result = process.await();
    job.stopIfCancelled();
    if (!result.isSuccess() && !foundNothing(query, result)) {
      throw new BerthException(
          new Problem(
                  ProblemCode.FAILED,
                  "could not read the journal of the container " + query.command().container())
              .withLog(result.log()));
    }
  }

  /** It ends with 1 where a pattern matches nothing, and has nothing to say then. */
  private static boolean foundNothing(LogQuery query, berth.agent.process.ProcessResult result) {
    return query.command().selection().grep().isPresent()
        && result.exitCode() == 1
        && result.log().isEmpty();
  }

  /** Hands the entries of a journal on, but for the one behind which the reading begins. */
  private static final class Entries implements Processes.Lines {
    private final LogQuery query;
    private final LogOutput output;
    private boolean begun;

    Entries(LogQuery query, LogOutput output) {
      this.query = query;
      this.output = output;
    }

    @Override
    public int longest() {
      return LongEntry.LONGEST_LINE;
    }

    @Override
    public void out(String line) {
      var entry = line.length() > LongEntry.LONGEST_ENTRY ? LongEntry.shortened(line) : line;
      if (begun || !query.isBefore(entry)) {
        output.line(entry);
      }
      begun = true;
    }
  }

  private static Result done(long chunks) {
    var nothing = Bytes.of("");
    return new ProcessResult(Optional.of(0), Optional.empty(), chunks, nothing, nothing);
  }

  private static boolean isRunning(Optional<ContainerState> container) {
    return container.filter(c -> c.status().running()).isPresent();
  }

  /** One without has no journal of its own: what it tells goes to the host's. */
  private static boolean hasJournalctl(Optional<ContainerState> container) {
    var root = container.flatMap(LogReader::root);
    if (root.isEmpty()) {
      return true;
    }
    try (var files = RootedFiles.at(root.get())) {
      for (var program : JOURNALCTL) {
        if (files.hasFile(program)) {
          return true;
        }
      }
      return false;
    } catch (IOException _) {
      return true;
    }
  }

  private static Optional<Path> root(ContainerState container) {
    return Optional.of(container.volume()).filter(v -> !v.isEmpty()).map(Path::of);
  }

  /** The journal that a container keeps on the disk; empty where it keeps none. */
  private static Optional<Fd> journal(Path root) {
    try (var files = RootedFiles.at(root)) {
      return files.directory(JOURNAL).filter(LogReader::hasEntries);
    } catch (IOException e) {
      throw new BerthException(
          new Problem(ProblemCode.FAILED, "could not open the journal in " + root + ": " + e), e);
    }
  }

  /** nspawn makes the folder, and one in it, also where the container never wrote anything. */
  private static boolean hasEntries(Fd folder) {
    try {
      if (hasFiles(Path.of("/proc/self/fd/" + folder.number()), 1)) {
        return true;
      }
    } catch (IOException _) {
      // as good as empty
    }
    folder.close();
    return false;
  }

  private static boolean hasFiles(Path folder, int deeper) throws IOException {
    try (var entries = Files.newDirectoryStream(folder)) {
      var looked = 0;
      for (var entry : entries) {
        if (entry.toString().matches(".*\\.journal~?")
            || ++looked > MOST_ENTRIES
            || (deeper > 0
                && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
                && hasFiles(entry, deeper - 1))) {
          return true;
        }
      }
      return false;
    }
  }

  /** How journalctl is run so that it sees this folder alone. */
  private static List<String> isolated(Fd journal) throws IOException {
    var handle = "fd/" + journal.number();
    var path = Files.readSymbolicLink(Path.of("/proc/self", handle)).toString();
    var ours = "/proc/" + ProcessHandle.current().pid() + "/" + handle;
    var argv = new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private"));
    argv.addAll(List.of("--pid", "--fork", "--kill-child", "--"));
    argv.addAll(List.of("sh", "-c", SCRIPT, "sh", path, ours, "--merge"));
    return argv;
  }

  private static HostCommand with(List<String> journalctl, List<String> options) {
    var argv = new ArrayList<>(journalctl);
    argv.addAll(options);
    return HostCommand.of(argv).within(LIMIT);
  }
}

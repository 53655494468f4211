package berth.agent.exec;

import berth.agent.dispatch.Job;
import berth.agent.dispatch.Performer;
import berth.agent.exec.LogQuery.Start;
import berth.agent.linux.RootedFiles;
import berth.agent.process.ContainerProcesses;
import berth.agent.process.Outcome;
import berth.agent.process.ProcessSpec;
import berth.agent.report.Streams;
import berth.agent.systemd.Machines;
import berth.agent.systemd.UnitName;
import berth.agent.systemd.dbus.BusException;
import berth.protocol.BerthException;
import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.command.ProcessCommand;
import berth.protocol.command.ProcessCommand.Exec;
import berth.protocol.command.ProcessCommand.ReadLogs;
import berth.protocol.reply.Result;
import berth.protocol.reply.Result.ProcessResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs programs in containers and reads their journals. */
public final class Programs implements Performer<ProcessCommand> {
  private static final Logger LOG = LoggerFactory.getLogger(Programs.class);
  private static final String UNIT = "berth-exec-";
  private static final int LOG_LINES = 20;

  /** More than an agent runs in one container at once. */
  private static final int MOST_SWEPT = 1000;

  private final ContainerProcesses processes;
  private final Streams streams;
  private final LogReader logs;
  private final Function<ContainerName, Optional<Path>> volumes;

  /** The units that this agent has started or is about to start. */
  private final Set<UnitName> ours = ConcurrentHashMap.newKeySet();

  /**
   * @param volumes where the root of a container is; empty where there is no such container
   */
  public Programs(
      ContainerProcesses processes,
      Streams streams,
      LogReader logs,
      Function<ContainerName, Optional<Path>> volumes) {
    this.processes = processes;
    this.streams = streams;
    this.logs = logs;
    this.volumes = volumes;
  }

  @Override
  public Result perform(ProcessCommand command, Job job) throws Exception {
    if (volumes.apply(command.container()).isEmpty()) {
      throw new BerthException(
          ProblemCode.NOT_FOUND, "no container \"" + command.container() + "\" on this host");
    }
    return switch (command) {
      case Exec exec -> run(exec, unit(job.id()), job);
      case ReadLogs read -> read(read, job);
    };
  }

  /** The program may run on: systemd keeps it, not the agent. It is ended now. */
  @Override
  public Problem interrupted(ProcessCommand command, Job job) {
    return switch (command) {
      case Exec exec -> {
        stop(exec.container(), unit(job.id()));
        yield new Problem(
            ProblemCode.INTERRUPTED,
            "the agent on the host stopped while " + program(exec) + " ran; it was ended",
            "look at what it has done, then run it again if that is wanted");
      }
      case ReadLogs _ ->
          new Problem(
              ProblemCode.INTERRUPTED, "the agent on the host stopped while the journal was read");
    };
  }

  /**
   * Ends the programs that an agent that was killed left running in these containers. How long that
   * takes is for the containers to say, so nobody waits for it, nor one container for another.
   */
  public void sweep(List<ContainerName> running) {
    for (var container : running) {
      Thread.ofVirtual().name("berth-sweep-" + container).start(() -> sweep(container));
    }
  }

  private void sweep(ContainerName container) {
    try {
      processes.left(container, UNIT).stream()
          .filter(unit -> !ours.contains(unit))
          .limit(MOST_SWEPT)
          .forEach(unit -> stop(container, unit));
    } catch (BusException e) {
      LOG.info("container={} has no bus to look for programs on: {}", container, e.getMessage());
    }
  }

  private void stop(ContainerName container, UnitName unit) {
    try {
      processes.stop(container, unit);
      LOG.info("container={} ended {}, which an earlier agent had started", container, unit);
    } catch (BusException e) {
      LOG.info("container={} {} is gone already: {}", container, unit, e.getMessage());
    }
  }

  private Result read(ReadLogs command, Job job) throws IOException {
    var read = logs.read(command, streams, job);
    return read.isPresent() ? read.get() : readInside(new LogQuery(command), job);
  }

  /** A journal that is kept in memory is read by the container's own journalctl. */
  private Result readInside(LogQuery query, Job job) {
    Start start = new Start.AsAsked();
    if (query.needsSearch()) {
      var begun = Instant.now();
      var search = journalctl(query, query.search(), false);
      var found = (ProcessResult) run(search, unit(job.id(), "-search"), job);
      var oldest = found.stdout().text().lines().reduce("", (_, last) -> last);
      var place = query.found(oldest, begun);
      if (place.isEmpty()) {
        return found;
      }
      start = place.get();
    }
    return run(journalctl(query, query.read(start, true), true), unit(job.id()), job);
  }

  private static Exec journalctl(LogQuery query, List<String> options, boolean stream) {
    var argv = new ArrayList<>(List.of("journalctl"));
    argv.addAll(options);
    return new Exec(
        query.command().container(),
        argv,
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        stream);
  }

  private Result run(Exec exec, UnitName unit, Job job) {
    var spec =
        new ProcessSpec(
            exec.container(),
            unit,
            exec.argv(),
            exec.environment(),
            exec.user(),
            exec.directory(),
            exec.timeout(),
            exec.stdin(),
            exec.terminal());
    ours.add(spec.unit());
    try (var session = ExecSession.start(job.id(), spec, exec.stream(), processes, streams)) {
      job.onCancel(session::cancel);
      return result(exec, session, session.outcome().join());
    } catch (BusException e) {
      if (e.is(Machines.NO_SUCH_MACHINE)) {
        throw notStarted(exec, Outcome.Reason.NOT_RUNNING, e.getMessage());
      }
      throw new BerthException(
          new Problem(ProblemCode.UNAVAILABLE, "could not run " + program(exec) + ": " + e), e);
    } finally {
      ours.remove(spec.unit());
    }
  }

  private Result result(Exec exec, ExecSession session, Outcome outcome) {
    if (session.inputLost()) {
      throw new BerthException(
          ProblemCode.UNAVAILABLE, "a piece of the input of " + program(exec) + " was lost");
    }
    return switch (outcome) {
      case Outcome.Exited(var code) -> result(session, Optional.of(code), Optional.empty());
      case Outcome.Signalled(var signal, _) ->
          result(session, Optional.empty(), Optional.of(signal));
      case Outcome.NotStarted(var reason, var message) -> throw notStarted(exec, reason, message);
      case Outcome.TimedOut() ->
          throw ended(
              ProblemCode.TIMEOUT,
              program(exec) + " did not end within its time limit and was killed",
              session);
      case Outcome.Cancelled() ->
          throw ended(ProblemCode.CANCELLED, program(exec) + " was cancelled", session);
      case Outcome.Lost(var message) ->
          throw ended(
              ProblemCode.CONFLICT,
              "the container "
                  + exec.container()
                  + " stopped while "
                  + program(exec)
                  + " ran: "
                  + message,
              session);
    };
  }

  private static Result result(
      ExecSession session, Optional<Integer> exitCode, Optional<Integer> signal) {
    return new ProcessResult(
        exitCode, signal, session.chunks(), session.stdout().bytes(), session.stderr().bytes());
  }

  private BerthException notStarted(Exec exec, Outcome.Reason reason, String message) {
    var where = " in the container " + exec.container();
    return new BerthException(
        switch (reason) {
          case NO_SUCH_PROGRAM -> noProgram(exec, where);
          case NO_SUCH_USER ->
              new Problem(ProblemCode.NOT_FOUND, "no user " + exec.user().orElse("root") + where);
          case NO_SUCH_DIRECTORY ->
              new Problem(
                  ProblemCode.NOT_FOUND, "no directory " + exec.directory().orElse("/") + where);
          case NOT_RUNNING ->
              new Problem(
                  ProblemCode.CONFLICT,
                  "the container " + exec.container() + " is not running",
                  "start it first, as by: berth start HOST/" + exec.container());
          case NO_BUS ->
              new Problem(
                  ProblemCode.CONFLICT,
                  "the container " + exec.container() + " has no D-Bus, or not yet",
                  "wait until it is ready; a root without the package dbus can't be entered");
          case REFUSED ->
              new Problem(
                  ProblemCode.FAILED, "could not run " + program(exec) + where + ": " + message);
        });
  }

  /** The container's systemd says the same of a program that is missing and of one that is none. */
  private Problem noProgram(Exec exec, String where) {
    return isThere(exec)
        ? new Problem(
            ProblemCode.PROGRAM_NOT_EXECUTABLE, program(exec) + where + " can't be executed")
        : new Problem(ProblemCode.PROGRAM_NOT_FOUND, "no program " + program(exec) + where);
  }

  private boolean isThere(Exec exec) {
    var program = exec.argv().getFirst();
    var volume = volumes.apply(exec.container());
    if (!program.startsWith("/") || volume.isEmpty()) {
      return false;
    }
    try (var files = RootedFiles.at(volume.get())) {
      return files.hasFile(program.substring(1)) || files.hasDirectory(program.substring(1));
    } catch (IOException _) {
      return false;
    }
  }

  private static BerthException ended(ProblemCode code, String message, ExecSession session) {
    var said = session.stderr().bytes().text().lines().toList();
    var last = said.subList(Math.max(0, said.size() - LOG_LINES), said.size());
    return new BerthException(new Problem(code, message).withLog(last));
  }

  private static UnitName unit(CommandId command) {
    return unit(command, "");
  }

  private static UnitName unit(CommandId command, String part) {
    return new UnitName(UNIT + command + part + ".service");
  }

  private static String program(Exec exec) {
    var name = exec.argv().getFirst();
    return "\"" + (name.length() <= 80 ? name : name.substring(0, 80) + "...") + "\"";
  }
}

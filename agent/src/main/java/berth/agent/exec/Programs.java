package berth.agent.exec;

import berth.agent.dispatch.Job;
import berth.agent.dispatch.Performer;
import berth.agent.exec.LogQuery.Start;
import berth.agent.process.ContainerProcesses;
import berth.agent.process.EntryComplaint;
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

  /** More than an agent runs in one container at once. */
  private static final int MOST_SWEPT = 1000;

  private final ContainerProcesses processes;
  private final Streams streams;
  private final LogReader logs;
  private final Function<ContainerName, Optional<Path>> volumes;
  private final Complaints complaints;

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
    this.complaints = new Complaints(volumes);
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
            "the agent on the host stopped while "
                + Complaints.program(exec)
                + " ran; it was ended",
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
    Thread.ofVirtual().name("berth-sweep").start(this::sweepHost);
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

  private void sweepHost() {
    try {
      processes.leftOnHost(UNIT).stream()
          .filter(unit -> !ours.contains(unit))
          .limit(MOST_SWEPT)
          .forEach(this::stopOnHost);
    } catch (BusException e) {
      LOG.warn("programs of an earlier agent may run on: {}", e.getMessage());
    }
  }

  private void stopOnHost(UnitName unit) {
    try {
      processes.stopOnHost(unit);
      LOG.info("ended {}, which an earlier agent had started", unit);
    } catch (BusException e) {
      LOG.warn("{}, which an earlier agent had started, may run on: {}", unit, e.getMessage());
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
        throw complaints.notStarted(exec, Outcome.Reason.NOT_RUNNING, e.getMessage());
      }
      throw new BerthException(
          new Problem(
              ProblemCode.UNAVAILABLE, "could not run " + Complaints.program(exec) + ": " + e),
          e);
    } finally {
      ours.remove(spec.unit());
    }
  }

  private Result result(Exec exec, ExecSession session, Outcome outcome) {
    if (session.inputLost()) {
      throw new BerthException(
          ProblemCode.UNAVAILABLE,
          "a piece of the input of " + Complaints.program(exec) + " was lost");
    }
    return switch (outcome) {
      case Outcome.Exited(var code) -> exited(exec, session, code);
      case Outcome.Signalled(var signal, _) ->
          result(session, Optional.empty(), Optional.of(signal));
      case Outcome.NotStarted(var reason, var message) ->
          throw complaints.notStarted(exec, reason, message);
      case Outcome.TimedOut() -> throw complaints.timedOut(exec, session.stderr());
      case Outcome.Cancelled() -> throw complaints.cancelled(exec, session.stderr());
      case Outcome.Lost(var message) -> throw complaints.lost(exec, message, session.stderr());
      case Outcome.NoAnswer(var message) ->
          throw complaints.noAnswer(exec, message, session.stderr());
    };
  }

  /** What complains of the way in says so itself, and the program never ran. */
  private Result exited(Exec exec, ExecSession session, int code) {
    var complaint =
        session
            .note()
            .flatMap(_ ->
                EntryComplaint.of(
                    code, session.stdout().bytes().text(), session.stderr().bytes().text()));
    if (complaint.isPresent()) {
      throw complaints.notStarted(exec, complaint.get().reason(), complaint.get().message());
    }
    return result(session, Optional.of(code), Optional.empty());
  }

  private static Result result(
      ExecSession session, Optional<Integer> exitCode, Optional<Integer> signal) {
    return new ProcessResult(
        exitCode,
        signal,
        session.chunks(),
        session.stdout().bytes(),
        session.stderr().bytes(),
        session.note().stream().toList());
  }

  private static UnitName unit(CommandId command) {
    return unit(command, "");
  }

  private static UnitName unit(CommandId command, String part) {
    return new UnitName(UNIT + command + part + ".service");
  }
}

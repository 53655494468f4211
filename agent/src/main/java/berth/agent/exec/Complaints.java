package berth.agent.exec;

import berth.agent.linux.RootedFiles;
import berth.agent.process.Outcome;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.command.ProcessCommand.Exec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/** Says what became of a program that did not run to its end. */
final class Complaints {
  private static final int LOG_LINES = 20;

  private final Function<ContainerName, Optional<Path>> volumes;

  /**
   * @param volumes where the root of a container is
   */
  Complaints(Function<ContainerName, Optional<Path>> volumes) {
    this.volumes = volumes;
  }

  /** What a program is called in a message. */
  static String program(Exec exec) {
    var name = exec.argv().getFirst();
    return "\"" + (name.length() <= 80 ? name : name.substring(0, 80) + "...") + "\"";
  }

  BerthException notStarted(Exec exec, Outcome.Reason reason, String message) {
    var name = exec.container();
    var where = " in the container " + name;
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
                  "the container " + name + " is not running",
                  "start it first, as by: berth start HOST/" + name);
          case PAUSED ->
              new Problem(
                  ProblemCode.CONFLICT,
                  "the container " + name + " is paused",
                  "have it go on first, as by: berth resume HOST/" + name);
          case NO_BUS ->
              new Problem(
                  ProblemCode.CONFLICT,
                  "the container " + name + " boots and has no D-Bus yet",
                  "wait until it is ready, as by: berth wait --for ready HOST/" + name);
          case NO_ANSWER ->
              new Problem(
                  ProblemCode.UNAVAILABLE,
                  "could not run " + program(exec) + where + ": " + message,
                  "its systemd hangs or is overloaded; see berth logs, or restart it");
          case REFUSED ->
              new Problem(
                  ProblemCode.FAILED, "could not run " + program(exec) + where + ": " + message);
        });
  }

  BerthException timedOut(Exec exec, Tail stderr) {
    return ended(
        ProblemCode.TIMEOUT,
        program(exec) + " did not end within its time limit and was killed",
        stderr);
  }

  BerthException cancelled(Exec exec, Tail stderr) {
    return ended(ProblemCode.CANCELLED, program(exec) + " was cancelled", stderr);
  }

  BerthException lost(Exec exec, String message, Tail stderr) {
    return ended(
        ProblemCode.CONFLICT,
        "the container "
            + exec.container()
            + " stopped while "
            + program(exec)
            + " ran: "
            + message,
        stderr);
  }

  BerthException noAnswer(Exec exec, String message, Tail stderr) {
    return ended(
        ProblemCode.UNAVAILABLE,
        program(exec)
            + " may still run in the container "
            + exec.container()
            + ", whose systemd does not answer: "
            + message,
        stderr);
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

  private static BerthException ended(ProblemCode code, String message, Tail stderr) {
    var said = stderr.bytes().text().lines().toList();
    var last = said.subList(Math.max(0, said.size() - LOG_LINES), said.size());
    return new BerthException(new Problem(code, message).withLog(last));
  }
}

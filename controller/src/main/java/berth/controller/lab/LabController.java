package berth.controller.lab;

import berth.controller.lab.machine.ControlGroups;
import berth.controller.lab.machine.Processes;
import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** The lab's controller: a process of its own, which outlives the command that started it. */
public final class LabController {
  /** Its control group. */
  static final String GROUP = "controller";

  private static final int USUAL_PORT = 7070;
  private static final String HOSTS = "/api/v1/hosts";

  /**
   * Small, as the lab shares the machine; native access and Unsafe are the broker's and SQLite's.
   */
  private static final List<String> JVM =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Xmx512m",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Dio.netty.jfr.enabled=false");

  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(15);

  private final LabFolder folder;
  private final ControlGroups groups;
  private final LabRecord record;

  LabController(LabFolder folder, ControlGroups groups, LabRecord record) {
    this.folder = folder;
    this.groups = groups;
    this.record = record;
  }

  /** Where its API is, without a slash at the end. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + record.port());
  }

  /** Where its API is for the lab's hosts. */
  URI urlForHosts() {
    return URI.create("http://" + record.subnet().gateway() + ":" + record.port());
  }

  /** Where agents connect. */
  public URI broker() {
    return URI.create("mqtt://" + record.subnet().gateway() + ":1883");
  }

  /** Where it logs. */
  public Path log() {
    return folder.log(GROUP);
  }

  /** Its process; zero while it does not run. */
  public long pid() {
    return groups.processes(GROUP).stream().findFirst().orElse(0L);
  }

  /** The port for a new lab: the usual one, or any other where that is taken. */
  static int freePort() {
    for (var port : List.of(USUAL_PORT, 0)) {
      try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // Taken: try the next.
      }
    }
    throw new BerthException(ProblemCode.CONFLICT, "no port is free on the loopback address");
  }

  /** Starts it unless it runs, and waits until it answers. */
  public void start() {
    launch();
    awaitAnswer();
  }

  /** Starts it unless it runs; one of another build gives way to this one. */
  void launch() {
    var command = command();
    if (pid() != 0 && !command.equals(running())) {
      stop();
    }
    if (pid() == 0) {
      var process = Processes.background(groups.launcher(GROUP, command), Map.of(), log());
      // It moves into its group itself: before that, an empty group does not mean that it ended.
      while (pid() == 0 && process.isAlive()) {
        LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
      }
    }
  }

  /** Waits until it answers. */
  void awaitAnswer() {
    var deadline = Instant.now().plus(START);
    while (ApiProbe.get(url().resolve(HOSTS)).isEmpty()) {
      if (pid() == 0 || Instant.now().isAfter(deadline)) {
        throw new BerthException(
            new Problem(
                ProblemCode.FAILED, "the controller does not answer at " + url(), "see " + log()));
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  /** The hosts that it knows, as its API lists them. */
  List<JsonNode> hosts() {
    var hosts = new ArrayList<JsonNode>();
    ApiProbe.get(url().resolve(HOSTS))
        .ifPresent(answer -> answer.path("hosts").forEach(hosts::add));
    return hosts;
  }

  /** Ends it in good order. */
  public void stop() {
    groups.processes(GROUP).forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy));
    var deadline = Instant.now().plus(STOP);
    while (pid() != 0 && Instant.now().isBefore(deadline)) {
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    kill9();
  }

  /** Ends it at once. */
  public void kill9() {
    groups.kill(GROUP);
  }

  LabStatus.Controller status() {
    return new LabStatus.Controller(url().toString(), broker().toString(), pid(), log().toString());
  }

  /** The arguments that the running one was started with. */
  private List<String> running() {
    try {
      var line = Files.readString(Path.of("/proc/" + pid() + "/cmdline"));
      return List.of(line.replaceFirst("\0$", "").split("\0", -1));
    } catch (IOException e) {
      return List.of();
    }
  }

  private List<String> command() {
    var programs = Distribution.ofThisProgram();
    var gateway = record.subnet().gateway();
    var argv = new ArrayList<String>();
    argv.add(programs.java().toString());
    argv.addAll(JVM);
    argv.addAll(List.of("-cp", classPath(programs), "berth.controller.ControllerMain"));
    argv.addAll(List.of("--data", folder.controller().toString()));
    // This machine's people and the lab's hosts, and nobody else: there is no TLS yet.
    argv.addAll(
        List.of("--http", "127.0.0.1:%d,%s:%d".formatted(record.port(), gateway, record.port())));
    argv.addAll(List.of("--mqtt", gateway + ":" + broker().getPort()));
    return argv;
  }

  private String classPath(Distribution programs) {
    return programs
        .library()
        .map(library -> new BuiltFolder(library).copyInto(folder.run().resolve("controllers")))
        .map(copy -> copy.resolve("berth-controller.jar").toString())
        .orElse(programs.classPath());
  }
}

package berth.controller.lab;

import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/** What makes a fleet of a lab's hosts: an agent on each, and the controller. */
final class Fleet {
  private static final Duration ONLINE = Duration.ofSeconds(60);

  private final AgentInstall agent;
  private final LabController controller;
  private final Progress progress;
  private String version = "";

  Fleet(LabFolder folder, LabController controller, Progress progress) {
    this.agent = new AgentInstall(folder, Distribution.ofThisProgram().agent());
    this.controller = controller;
    this.progress = progress;
  }

  /** Installs the agent where the hosts see it, and starts the controller. */
  void begin() {
    version = agent.install();
    if (controller.pid() == 0) {
      progress.say("starting the controller");
    }
    controller.launch();
  }

  /** Sets a host up for the agent; returns whether an agent that runs there must start again. */
  boolean enable(LabHost host) {
    return agent.enable(host, version, configuration(host));
  }

  /** Waits until the controller answers and says that every host is online. */
  void await(List<LabHost> hosts) {
    controller.awaitAnswer();
    var deadline = Instant.now().plus(ONLINE);
    var missing = new TreeSet<String>();
    hosts.forEach(host -> missing.add(host.name()));
    while (!missing.isEmpty()) {
      online().stream()
          .filter(missing::remove)
          .forEach(name -> progress.say(name + ": its agent is online"));
      if (Instant.now().isAfter(deadline)) {
        throw notOnline(hosts.stream().filter(host -> missing.contains(host.name())).toList());
      }
      if (!missing.isEmpty()) {
        LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
      }
    }
  }

  private List<String> online() {
    var names = new ArrayList<String>();
    for (var host : controller.hosts()) {
      if (host.path("status").asText().equals("ONLINE")) {
        names.add(host.path("host").asText());
      }
    }
    return names;
  }

  private static BerthException notOnline(List<LabHost> hosts) {
    var first = hosts.getFirst();
    var firewall =
        Files.exists(Path.of("/run/firewalld"))
            ? "; firewalld runs on this machine: does it let the lab's bridge in?"
            : "";
    var log = first.run("journalctl", "-u", AgentInstall.UNIT, "-n", "20", "-o", "cat");
    return new BerthException(
        new Problem(
                ProblemCode.FAILED,
                "no agent came online in %d s on %s"
                    .formatted(
                        ONLINE.toSeconds(),
                        String.join(", ", hosts.stream().map(LabHost::name).toList())),
                "berth lab shell "
                    + first.name()
                    + " -- journalctl -u "
                    + AgentInstall.UNIT
                    + firewall)
            .withLog(log.tail()));
  }

  private String configuration(LabHost host) {
    return """
    host = %s
    broker = %s
    controller = %s
    """
        .formatted(host.id(), controller.broker(), controller.urlForHosts());
  }
}

package berth.agent.view;

import berth.agent.process.ProcessFailed;
import berth.agent.process.Processes;
import berth.agent.systemd.Cgroup;
import berth.agent.systemd.Properties;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.protocol.state.ContainerState;
import berth.protocol.state.Inspection;
import berth.protocol.state.Inspection.ConfigFile;
import berth.protocol.state.Inspection.NetworkInterface;
import berth.protocol.state.Inspection.ResourceUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Looks closely at a container: at all that can be seen of it from outside. */
public final class Examiner {
  private static final int MOUNTINFO = 1 << 20;
  private static final int CGROUP = 8 << 10;

  private final Systemd systemd;
  private final Interfaces interfaces;

  public Examiner(Systemd systemd, Processes processes) {
    this.systemd = systemd;
    this.interfaces = new Interfaces(processes);
  }

  /** What is to be seen of a container; of a stopped one, how it is configured. */
  Inspection examine(ContainerState container) {
    var unit = systemd.properties(new UnitName(container.unit()));
    var files = ConfigFiles.of(container.name(), unit);
    try (var leader = leader(container, unit).orElse(null)) {
      return leader == null ? stopped(container, files) : running(container, unit, files, leader);
    }
  }

  /** Its number may be another process's by now: the control group tells. */
  private static Optional<ProcFolder> leader(ContainerState container, Properties unit) {
    var folder = container.leader().flatMap(ProcFolder::open);
    if (folder.isPresent()) {
      var group = unit.text("ControlGroup");
      var member =
          !group.isEmpty()
              && folder
                  .get()
                  .text("cgroup", CGROUP)
                  .lines()
                  .map(line -> line.substring(line.lastIndexOf(':') + 1) + "/")
                  .anyMatch(path -> path.startsWith(group + "/"));
      if (!member) {
        folder.get().close();
        return Optional.empty();
      }
    }
    return folder;
  }

  private static Inspection stopped(ContainerState container, List<ConfigFile> files) {
    var missing = new TreeMap<String, String>();
    for (var part : List.of("processes", "interfaces", "listeners", "mounts", "usage")) {
      missing.put(part, "it does not run");
    }
    return new Inspection(
        container,
        List.of(),
        0,
        List.of(),
        List.of(),
        List.of(),
        ResourceUsage.NONE,
        files,
        missing);
  }

  private Inspection running(
      ContainerState container, Properties unit, List<ConfigFile> files, ProcFolder leader) {
    var missing = new TreeMap<String, String>();
    var group = Cgroup.of(unit.text("ControlGroup")).filter(g -> Files.isDirectory(g.folder()));
    if (group.isEmpty()) {
      missing.put("processes", "this host has no unified control groups");
      missing.put("usage", "this host has no unified control groups");
    }
    var processes =
        group
            .map(g -> new ProcessTable(leader, Path.of(container.volume())).in(g.folder()))
            .orElse(new ProcessTable.Found(List.of(), 0));
    var shared = sharesNetwork(leader);
    return new Inspection(
        container,
        processes.shown(),
        processes.count(),
        interfaces(leader, shared, missing),
        Sockets.of(leader, processes.shown(), shared),
        MountTable.of(leader.text("mountinfo", MOUNTINFO)),
        group
            .map(g -> new Usage(g, top(g, unit.text("ControlGroup"))).read(missing))
            .orElse(ResourceUsage.NONE),
        files,
        missing);
  }

  private List<NetworkInterface> interfaces(
      ProcFolder leader, boolean shared, Map<String, String> missing) {
    if (shared) {
      missing.put("interfaces", "it shares the host's network");
      return List.of();
    }
    try {
      return interfaces.of(leader);
    } catch (ProcessFailed e) {
      missing.put("interfaces", e.getMessage());
      return List.of();
    }
  }

  private static boolean sharesNetwork(ProcFolder leader) {
    try {
      var ours = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
      return leader.link("ns/net").equals(ours);
    } catch (IOException _) {
      return true;
    }
  }

  /** Where the hierarchy begins, which the path of a group is below. */
  private static Path top(Cgroup group, String path) {
    var top = group.folder();
    for (var i = 0; i < Path.of(path).getNameCount(); i++) {
      top = top.getParent();
    }
    return top;
  }
}

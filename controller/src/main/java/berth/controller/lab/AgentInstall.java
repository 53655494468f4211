package berth.controller.lab;

import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The agent as all hosts of a lab share it: a copy for each version in the pool, seen read-only by
 * the hosts, where {@code /usr/lib/berth-agent} points at the newest.
 */
final class AgentInstall {
  /** The agent's service on a host. */
  static final String UNIT = "berth-agent.service";

  private static final String INSIDE = "/usr/lib/berth-agents";

  private final LabFolder folder;
  private final Path source;

  /** The install of a built agent, its folder as the build leaves it. */
  AgentInstall(LabFolder folder, Path source) {
    this.folder = folder;
    this.source = source;
  }

  /** How a host sees the versions, as an argument of systemd-nspawn. */
  static List<String> bindings(LabFolder folder) {
    var all = all(folder);
    return Files.isDirectory(all) ? List.of("--bind-ro=" + all + ":" + INSIDE) : List.of();
  }

  /** Makes the folder that hosts will see the versions in. */
  static void prepare(LabFolder folder) {
    try {
      Files.createDirectories(all(folder));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies the agent unless this version is there, and returns the version. */
  String install() {
    if (!Files.exists(source.resolve("lib")) || !Files.exists(source.resolve("runtime"))) {
      throw new BerthException(
          ProblemCode.NOT_FOUND, "the agent is not built: nothing in " + source, "mvn package");
    }
    return new BuiltFolder(source).copyInto(all(folder)).getFileName().toString();
  }

  /** Points a host at a version and at its controller; returns whether that changed anything. */
  boolean enable(LabHost host, String version, String configuration) {
    var root = host.root();
    try {
      var link = root.resolve("usr/lib/berth-agent");
      var file = root.resolve("etc/berth/agent.conf");
      var target = Path.of("berth-agents", version);
      var same =
          Files.isSymbolicLink(link)
              && Files.readSymbolicLink(link).equals(target)
              && Files.exists(file)
              && Files.readString(file).equals(configuration);
      if (!same) {
        HostRoot.link(link, target.toString());
        HostRoot.write(root, "etc/berth/agent.conf", configuration);
        var units = root.resolve("etc/systemd/system");
        var unit = "/usr/lib/berth-agent/systemd/" + UNIT;
        HostRoot.link(units.resolve(UNIT), unit);
        HostRoot.link(units.resolve("multi-user.target.wants").resolve(UNIT), unit);
      }
      return !same;
    } catch (IOException e) {
      throw new UncheckedIOException("can't install the agent on " + host.name(), e);
    }
  }

  private static Path all(LabFolder folder) {
    return folder.pool().at("agents");
  }
}

package berth.agent.image;

import berth.agent.dispatch.Job;
import berth.agent.linux.FileSystem;
import berth.agent.linux.RootedFiles;
import berth.agent.storage.OsRelease;
import berth.agent.storage.Tools;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import berth.protocol.command.Recipe;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Builds Debian-like roots that boot, by mmdebstrap(1) or debootstrap(8), whichever the host has.
 * The builder runs in a mount and a process namespace of its own: when it ends or is killed, its
 * mounts and all its children are gone with it.
 */
public final class Debootstrap {
  private static final URI DEBIAN = URI.create("http://deb.debian.org/debian");
  private static final long NEEDED = 1L << 30;

  /** What a container needs to boot, be driven over D-Bus and find its network. */
  private static final List<String> NEEDS =
      List.of("systemd", "systemd-sysv", "dbus", "iproute2", "procps", "libnss-myhostname");

  /** Releases whose systemd package still has systemd-resolved in it. */
  private static final Set<String> WITH_RESOLVED =
      Set.of("buster", "bullseye", "bionic", "focal", "jammy");

  private static final List<String> ALONE =
      List.of("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--");

  private final Tools tools;
  private final Path etc;

  public Debootstrap(Tools tools) {
    this(tools, Path.of("/etc"));
  }

  Debootstrap(Tools tools, Path etc) {
    this.tools = tools;
    this.etc = etc;
  }

  /** What the image will be said to be made from. */
  String source(Recipe.Debootstrap recipe) throws IOException {
    var more = recipe.packages().isEmpty() ? "" : " with " + String.join(", ", recipe.packages());
    return "debootstrap " + recipe.suite() + " from " + mirror(recipe) + more;
  }

  /** Fills an empty tree. */
  void build(Recipe.Debootstrap recipe, Path tree, Job job) throws IOException {
    requireSpace(tree);
    tools.run(job, command(recipe, tree), new LineProgress(job));
    job.stopIfCancelled();
    try (var files = RootedFiles.at(tree)) {
      if (!files.hasFile("usr/lib/systemd/systemd") && !files.hasFile("lib/systemd/systemd")) {
        throw new BerthException(
            ProblemCode.FAILED, "what was built from " + recipe.suite() + " has no systemd");
      }
      files.empty("var/cache/apt/archives");
    }
    var enable = List.of("systemctl", "--root=" + tree, "enable", "systemd-networkd.service");
    tools.run(job, enable, _ -> {});
  }

  private List<String> command(Recipe.Debootstrap recipe, Path tree) throws IOException {
    var mirror = mirror(recipe).toString();
    var include = "--include=" + String.join(",", packages(recipe));
    var builder =
        tools.has("mmdebstrap")
            ? List.of("mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory")
            : List.of("debootstrap", "--variant=minbase");
    if (!tools.has(builder.getFirst())) {
      throw new BerthException(
          ProblemCode.NOT_FOUND,
          "this host has neither mmdebstrap nor debootstrap to build an image with",
          "install the package mmdebstrap (Debian) or debootstrap (Debian, Fedora) on the host");
    }
    var command = new ArrayList<>(ALONE);
    command.addAll(builder);
    command.addAll(List.of(include, recipe.suite(), tree.toString(), mirror));
    return command;
  }

  private static List<String> packages(Recipe.Debootstrap recipe) {
    var resolved =
        WITH_RESOLVED.contains(recipe.suite())
            ? Stream.<String>of()
            : Stream.of("systemd-resolved");
    return Stream.of(NEEDS.stream(), resolved, recipe.packages().stream())
        .flatMap(names -> names)
        .distinct()
        .toList();
  }

  private URI mirror(Recipe.Debootstrap recipe) throws IOException {
    if (recipe.mirror().isPresent()) {
      return recipe.mirror().get();
    }
    var release = OsRelease.codeName(etc.getParent());
    return release.isPresent()
        ? new AptSources(etc).mirrorOf(release.get()).orElse(DEBIAN)
        : DEBIAN;
  }

  private static void requireSpace(Path tree) throws IOException {
    var free = FileSystem.of(tree).free();
    if (free < NEEDED) {
      throw new BerthException(
          ProblemCode.NO_SPACE,
          "there are " + new ByteSize(free) + " left, and a build takes " + new ByteSize(NEEDED),
          "remove what is not needed, or grow the pool");
    }
  }
}

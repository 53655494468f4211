package berth.agent.copy;

import berth.agent.linux.Fd;
import berth.agent.linux.FileStatus;
import berth.agent.linux.Folder;
import berth.agent.linux.LinuxException;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.InnerPath;
import berth.protocol.ProblemCode;
import berth.protocol.command.CopyCommand.CopyIn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where the members of an archive go.
 *
 * @param folder beneath which all of them go
 * @param whole whether that is the container's root
 * @param name what the member at the archive's top is called there; empty for its own name
 * @param contents whether the archive's top is what is in a folder, and not one member
 * @param file whether a file has the name, which a folder can't replace
 */
record Landing(Folder folder, boolean whole, Optional<String> name, boolean contents, boolean file)
    implements AutoCloseable {
  static final int DEEPEST = 1000;

  /**
   * Finds it, as cp(1) does: into a folder that is there, else as what has the path's name then.
   *
   * @param anew whether an earlier attempt found nothing there, whatever it left
   */
  static Landing of(ContainerRoot root, CopyIn command, boolean anew) throws IOException {
    var path = command.path();
    if (!anew) {
      var folder = root.findFolder(path);
      if (folder.isPresent()) {
        return new Landing(
            folder.get(), path.name().isEmpty(), Optional.empty(), command.contents(), false);
      }
    }
    var file = !anew && isThere(root, path);
    if (file && (command.contents() || path.saysFolder())) {
      throw new BerthException(
          ProblemCode.CONFLICT, inContainer(command.container(), path) + " is no folder");
    }
    if (path.saysFolder() && !command.contents()) {
      throw missing(command.container(), path);
    }
    var parent =
        root.findFolder(path.parent())
            .orElseThrow(() -> missing(command.container(), path.parent()));
    return new Landing(
        parent,
        path.parent().name().isEmpty(),
        Optional.of(Folder.raw(path.name())),
        command.contents(),
        file);
  }

  /** Where a whole tree goes, into an empty folder. */
  static Landing ofTree(Folder tree) {
    return new Landing(tree, true, Optional.empty(), true, false);
  }

  /** Whether it becomes something that was not there. */
  boolean anew() {
    return name.isPresent() && !file;
  }

  /**
   * The place of a member beneath the folder, part by part; empty for the folder itself. Names that
   * would lead elsewhere are refused.
   */
  List<String> place(String member) {
    var parts = new ArrayList<String>();
    for (var part : member.split("/", -1)) {
      if (part.equals("..") || part.indexOf('\0') >= 0) {
        throw new BerthException(
            ProblemCode.INVALID,
            "the archive has a member that leads out of it: " + Folder.shown(member));
      }
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    if (parts.size() > DEEPEST) {
      throw new BerthException(
          ProblemCode.INVALID, "there are more than " + DEEPEST + " folders in each other");
    }
    if (name.isPresent()) {
      if (contents) {
        parts.addFirst(name.get());
      } else if (!parts.isEmpty()) {
        parts.set(0, name.get());
      }
    }
    return parts;
  }

  private static boolean isThere(ContainerRoot root, InnerPath path) throws LinuxException {
    try (Folder parent = root.findFolder(path.parent()).orElse(null)) {
      if (parent == null) {
        return false;
      }
      var found = parent.find(Folder.raw(path.name()));
      if (found.isEmpty()) {
        return false;
      }
      try (Fd place = found.get()) {
        return FileStatus.of(place).type() != FileStatus.Type.FOLDER;
      }
    }
  }

  private static BerthException missing(ContainerName container, InnerPath path) {
    return new BerthException(
        ProblemCode.NOT_FOUND,
        "no such folder: " + inContainer(container, path),
        "make it first, such as with: berth exec HOST/" + container + " -- mkdir -p " + path);
  }

  static String inContainer(ContainerName container, InnerPath path) {
    return path + " in the container " + container;
  }

  @Override
  public void close() {
    folder.close();
  }

  /** The first part of a member's name; empty for that of the archive's own folder. */
  static Optional<String> top(String member) {
    return parts(member).stream().filter(part -> !part.isEmpty() && !part.equals(".")).findFirst();
  }

  /** Parts as a path. */
  static String joined(List<String> parts) {
    return String.join("/", parts);
  }

  static List<String> parts(String path) {
    return path.isEmpty() ? List.of() : Arrays.asList(path.split("/", -1));
  }
}

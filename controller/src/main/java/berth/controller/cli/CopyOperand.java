package berth.controller.cli;

import berth.protocol.ContainerRef;
import berth.protocol.InnerPath;
import java.nio.file.Path;

/** One end of a copy, as people write it. */
sealed interface CopyOperand {
  /**
   * A file or folder of this machine.
   *
   * @param text as it was written: a slash or {@code /.} at its end says that a folder is meant
   */
  record Local(String text) implements CopyOperand {
    Path path() {
      return Path.of(text);
    }

    boolean saysFolder() {
      return text.endsWith("/") || saysContents();
    }

    boolean saysContents() {
      return text.endsWith("/.") || text.equals(".");
    }
  }

  /** Standard input or output, with a tar archive on it. */
  record Standard() implements CopyOperand {}

  /** A file or folder of a container. */
  record Remote(ContainerRef container, InnerPath path) implements CopyOperand {
    @Override
    public String toString() {
      return container + ":" + path;
    }
  }

  /**
   * Reads {@code HOST/CONTAINER:PATH}, {@code -} or a path of this machine. A path with a colon in
   * it is told apart by a slash or a dot at its beginning, as with scp(1).
   */
  static CopyOperand parse(String text) {
    if (text.equals("-")) {
      return new Standard();
    }
    var colon = text.indexOf(':');
    if (colon < 0 || text.startsWith("/") || text.startsWith(".")) {
      return new Local(text);
    }
    var path = text.substring(colon + 1);
    return new Remote(
        ContainerRef.parse(text.substring(0, colon)),
        new InnerPath(path.startsWith("/") ? path : "/" + path));
  }
}

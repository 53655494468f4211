package berth.controller.lab;

import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where Berth's own programs are: found from where this class was loaded from, so that a lab runs
 * what was built together.
 *
 * @param java the Java that runs the controller
 * @param classPath the controller's, where it runs from classes and not from an install folder
 * @param library the folder of the controller's jars, where it runs from them
 * @param agent the agent's install folder
 */
record Distribution(Path java, String classPath, Optional<Path> library, Path agent) {
  /** The programs that this one belongs to. */
  static Distribution ofThisProgram() {
    return new Distribution(
        Path.of(System.getProperty("java.home"), "bin", "java"),
        System.getProperty("java.class.path"),
        Optional.of(codeSource()).filter(Files::isRegularFile).map(Path::getParent),
        agentBeside(codeSource()));
  }

  /** The agent's folder in the tree of modules that some file of the controller's lies in. */
  static Path agentBeside(Path code) {
    for (var at = code; at != null; at = at.getParent()) {
      var agent = at.resolve("agent/target/berth-agent");
      if (Files.isDirectory(agent)) {
        return agent;
      }
    }
    throw new BerthException(
        ProblemCode.NOT_FOUND, "there is no built agent near " + code, "mvn package");
  }

  private static Path codeSource() {
    try {
      return Path.of(
          Distribution.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.spi.ToolProvider;

/**
 * Links the Java runtime that is installed with the agent, so that a host needs no JDK. Links again
 * only when the JDK or the list of modules has changed: it takes seconds. Run by the build: {@code
 * java LinkRuntime.java FOLDER MODULES}.
 */
final class LinkRuntime {
  public static void main(String[] arguments) throws IOException {
    var runtime = Path.of(arguments[0]);
    var modules = arguments[1];
    var recipe = runtime.resolve("recipe");
    var wanted =
        modules + "\n" + Files.readString(Path.of(System.getProperty("java.home"), "release"));
    if (Files.exists(recipe) && Files.readString(recipe).equals(wanted)) {
      return;
    }
    remove(runtime);
    var jlink = ToolProvider.findFirst("jlink").orElseThrow();
    var options =
        List.of(
            "--add-modules=" + modules,
            "--strip-java-debug-attributes",
            "--no-header-files",
            "--no-man-pages",
            "--compress=zip-0",
            "--output=" + runtime);
    int exit = jlink.run(System.out, System.err, options.toArray(String[]::new));
    if (exit != 0) {
      System.exit(exit);
    }
    // Last, so that a link that was cut off is done again.
    Files.writeString(recipe, wanted);
  }

  private static void remove(Path tree) throws IOException {
    if (Files.exists(tree)) {
      try (var paths = Files.walk(tree)) {
        for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}

package berth.controller;

import berth.protocol.BerthException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller's process: reads its configuration, starts, and ends in good order on SIGTERM or
 * SIGINT. Exit codes: 1 it could not start, 2 what it was told is wrong.
 */
public final class ControllerMain {
  private static final Logger LOG = LoggerFactory.getLogger(ControllerMain.class);
  private static final String USAGE =
      """
      usage: ControllerMain [--config FILE] [--KEY VALUE]...
      Keys: data, name, http, mqtt, broker, metrics.stale, events.rows, events.age;
      controller.conf describes them.
      """;

  private ControllerMain() {}

  public static void main(String... arguments) {
    if (List.of(arguments).contains("--help")) {
      System.out.print(USAGE);
      return;
    }
    try {
      run(ControllerConfig.of(settings(List.of(arguments))));
    } catch (IllegalArgumentException e) {
      end(2, e.getMessage() + "\n" + USAGE);
    } catch (BerthException e) {
      var remedy = e.problem().remedy().map(text -> "\n" + text).orElse("");
      end(1, e.problem().message() + remedy);
    } catch (IOException | RuntimeException e) {
      LOG.error("the controller could not start", e);
      end(1, e.getMessage());
    }
  }

  private static void run(ControllerConfig config) throws IOException {
    var controller = Controller.start(config);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("shutdown")
                .unstarted(() -> {
                  LOG.info("ending");
                  controller.stop();
                  LOG.info("ended");
                }));
  }

  /** The file's settings, and over them those of the flags. */
  static Map<String, String> settings(List<String> arguments) throws IOException {
    var flags = new HashMap<String, String>();
    for (var rest = arguments.iterator(); rest.hasNext(); ) {
      read(rest.next(), rest, flags);
    }
    var settings = new HashMap<String, String>();
    if (flags.containsKey("config")) {
      settings.putAll(file(Path.of(flags.remove("config"))));
    }
    settings.putAll(flags);
    return settings;
  }

  private static void read(String flag, Iterator<String> rest, Map<String, String> flags) {
    if (!flag.startsWith("--")) {
      throw new IllegalArgumentException("not a flag: " + flag);
    }
    var equals = flag.indexOf('=');
    if (equals > 0) {
      flags.put(flag.substring(2, equals), flag.substring(equals + 1));
    } else if (rest.hasNext()) {
      flags.put(flag.substring(2), rest.next());
    } else {
      throw new IllegalArgumentException(flag + " needs a value");
    }
  }

  private static Map<String, String> file(Path path) throws IOException {
    if (!Files.isReadable(path)) {
      throw new IllegalArgumentException("can't read the configuration file " + path);
    }
    var properties = new Properties();
    properties.load(new StringReader(Files.readString(path)));
    var settings = new HashMap<String, String>();
    properties.stringPropertyNames().forEach(key -> settings.put(key, properties.getProperty(key)));
    return settings;
  }

  private static void end(int code, String message) {
    System.err.println("berth controller: " + message);
    System.exit(code);
  }
}

package berth.agent;

import berth.agent.journal.Journal;
import berth.agent.journal.Store;
import berth.agent.systemd.Notify;
import berth.protocol.BerthException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agent's process: {@code berth-agent [FILE]}. */
public final class AgentMain {
  /** What sysexits.h calls EX_CONFIG: starting again will not help. */
  private static final int BAD_CONFIGURATION = 78;

  private static final Path DEFAULT_CONFIG = Path.of("/etc/berth/agent.conf");
  private static final Duration LONGEST_START = Duration.ofMinutes(5);

  /** The unit's own limit is a little longer. */
  private static final Duration LONGEST_STOP = Duration.ofSeconds(45);

  /** By then what only the start needed is garbage. */
  private static final long SETTLED_MILLIS = 3000;

  private AgentMain() {}

  /** Makes the workers of a host. */
  public interface WorkersFactory {
    /** Makes them; nothing is opened yet. */
    Workers of(AgentConfig config);
  }

  /** Runs until it is told to end; the one argument is the configuration file. */
  public static void main(String... arguments) {
    run(HostWorkers::new, arguments);
  }

  /** The same with other workers. */
  static void run(WorkersFactory workers, String... arguments) {
    // One line each: the journal of the host adds the time.
    System.setProperty("java.util.logging.SimpleFormatter.format", "%4$s %3$s: %5$s%6$s%n");
    var config = configuration(arguments);
    try {
      start(config, workers.of(config), Notify.fromEnvironment());
    } catch (BerthException e) {
      fail(1, e.problem().message() + e.problem().remedy().map(r -> " - " + r).orElse(""));
    } catch (Exception e) { // also one that nobody declares: a future hands on what it has
      LoggerFactory.getLogger(AgentMain.class).error("the agent can't start", e);
      fail(1, "the agent can't start: " + e.getMessage());
    }
  }

  private static AgentConfig configuration(String... arguments) {
    var file = arguments.length == 0 ? DEFAULT_CONFIG : Path.of(arguments[0]);
    if (arguments.length > 1 || file.toString().startsWith("-")) {
      fail(BAD_CONFIGURATION, "usage: berth-agent [FILE]");
    }
    try {
      return AgentConfig.read(file);
    } catch (IllegalArgumentException e) {
      fail(BAD_CONFIGURATION, file + ": " + e.getMessage());
    } catch (IOException e) {
      fail(BAD_CONFIGURATION, "can't read " + file + ": " + e);
    }
    throw new IllegalStateException("not reached");
  }

  private static void start(AgentConfig config, Workers workers, Notify service)
      throws TimeoutException {
    var log = LoggerFactory.getLogger(AgentMain.class);
    var store = new Store(config.state());
    var vertx = vertx();
    vertx.exceptionHandler(bug -> log.error("a defect", bug));
    var agent = new Agent(config, store, new Journal(store), workers, service::status);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> stop(service, agent, vertx, store, log), "stop"));
    vertx.deployVerticle(agent).await(LONGEST_START.toSeconds(), TimeUnit.SECONDS);
    service.ready();
    service
        .watchdogInterval()
        .ifPresent(limit -> vertx.setPeriodic(limit.toMillis(), _ -> service.watchdog()));
    vertx.setTimer(SETTLED_MILLIS, _ -> vertx.executeBlocking(AgentMain::giveMemoryBack));
    log.info("host={} ready", config.host());
  }

  /** One event loop and few workers: features bring pools of their own. */
  private static Vertx vertx() {
    return Vertx.vertx(
        new VertxOptions()
            .setEventLoopPoolSize(1)
            .setWorkerPoolSize(4)
            .setInternalBlockingPoolSize(2)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setClassPathResolvingEnabled(false)
                    .setFileCachingEnabled(false)));
  }

  private static void stop(Notify service, Agent agent, Vertx vertx, Store store, Logger log) {
    service.stopping();
    try {
      agent.end().eventually(vertx::close).await(LONGEST_STOP.toSeconds(), TimeUnit.SECONDS);
    } catch (RuntimeException | TimeoutException e) {
      log.warn("the agent did not end in good order: {}", e.toString());
    }
    store.close();
  }

  private static Void giveMemoryBack() {
    System.gc();
    return null;
  }

  private static void fail(int code, String message) {
    System.err.println("berth-agent: " + message);
    System.exit(code);
  }
}

package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.lab.Lab;
import berth.controller.lab.LabFolder;
import berth.controller.lab.LabHost;
import berth.controller.lab.LabPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A lab of two hosts with the image {@code guest} on each, brought up for the first story that asks
 * for it and taken down after the last one.
 */
final class Story implements AutoCloseable {
  /** Hands the story to test methods. */
  static final class Extension implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Story.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(Namespace.create(Story.class))
          .computeIfAbsent(Story.class, _ -> begin(), Story.class);
    }
  }

  static final String AGENT_UNIT = "berth-agent.service";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Lab lab;
  private final Berth berth;

  private Story(Lab lab) {
    this.lab = lab;
    this.berth = new Berth(lab.controller().url());
  }

  private static Story begin() {
    var folder = new LabFolder(Path.of("target", "story"), LabFolder.of(System.getenv()).cache());
    var lab = Lab.open(folder, System.out::println);
    lab.down();
    lab.up(LabPlan.of(2));
    var story = new Story(lab);
    var imported = story.berth.run("image", "import", "guest", lab.guestTar().toString());
    assertThat(imported.exit()).as(imported.err()).isZero();
    return story;
  }

  Lab lab() {
    return lab;
  }

  /** The command line of the lab's controller. */
  Berth berth() {
    return berth;
  }

  LabHost host(String name) {
    return lab.host(name);
  }

  /** Calls the command line and requires that it succeeds. */
  Berth.Ran ok(String... args) {
    var ran = berth.run(args);
    assertThat(ran.exit()).as("%s%n%s", String.join(" ", args), ran.err()).isZero();
    return ran;
  }

  /** Kills the agent of a host; its unit starts it again. */
  void killAgent(String host) {
    var pid = host(host).mainProcess(AGENT_UNIT);
    assertThat(pid).as("an agent on %s", host).isPositive();
    host(host).kill9(pid);
  }

  /** Waits until something holds that is only to be seen from outside. */
  static void until(String what, BooleanSupplier holds) {
    var deadline = Instant.now().plus(PATIENCE);
    while (!holds.getAsBoolean()) {
      assertThat(Instant.now()).as("until %s", what).isBefore(deadline);
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  /** Hidden leftovers of unfinished work in a host's pool; systemd-nspawn's own locks are none. */
  String leftovers(String host) {
    return host(host)
        .run("find", "/var/lib/machines", "-maxdepth", "1", "-name", ".#*", "!", "-name", "*.lck")
        .out();
  }

  /** Whether the controller shows a host as online. */
  boolean online(String host) {
    var shown = berth.run("host", "show", host, "-o", "json");
    return shown.exit() == 0 && shown.json().path("status").asText().equals("ONLINE");
  }

  @Override
  public void close() {
    lab.down();
  }
}

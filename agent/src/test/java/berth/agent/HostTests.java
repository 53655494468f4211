package berth.agent;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import berth.agent.systemd.Cgroup;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Runs the tests that need a real systemd host, tagged {@code host}, inside such a host: as root,
 * with a machine to clone (system property {@code berth.test.machine}, else "guest"). Those tagged
 * {@code kernel} need control groups of version 2 with nothing beside them, too, and run where
 * there are such.
 *
 * <p>Those tagged {@code disk} take all of {@code /dev/ubdb}, which is there on a test kernel.
 *
 * <p>Usage: {@code java -cp 'berth-agent/lib/*:host-tests/lib/*:test-classes' berth.agent.HostTests
 * [CLASS|CLASS#METHOD...]}; the exit code is 0 where all passed and at least one ran.
 */
final class HostTests {
  private HostTests() {}

  public static void main(String[] classes) {
    List<? extends DiscoverySelector> which =
        classes.length == 0
            ? List.of(selectPackage("berth.agent"))
            : Arrays.stream(classes).map(HostTests::named).toList();
    var request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(which)
            .filters(TagFilter.includeTags(tags()))
            .build();
    var summary = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, summary, new Progress());
    var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    summary.getSummary().printTo(out);
    summary.getSummary().printFailuresTo(out, 30);
    boolean good =
        summary.getSummary().getTestsFoundCount() > 0
            && summary.getSummary().getTestsFoundCount()
                == summary.getSummary().getTestsSucceededCount();
    System.exit(good ? 0 : 1);
  }

  private static List<String> tags() {
    var tags = new ArrayList<>(List.of("host"));
    if (Cgroup.unifiedAlone()) {
      tags.add("kernel");
    }
    if (Files.exists(Path.of("/dev/ubdb"))) {
      tags.add("disk");
    }
    return tags;
  }

  private static DiscoverySelector named(String name) {
    return name.contains("#") ? selectMethod(name) : selectClass(name);
  }

  /** Tells how each went as soon as it has, as some take minutes on a slow kernel. */
  private static final class Progress implements TestExecutionListener {
    private final Map<TestIdentifier, Long> begun = new ConcurrentHashMap<>();

    @Override
    public void executionStarted(TestIdentifier test) {
      begun.put(test, System.nanoTime());
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (test.isTest()) {
        var took = Duration.ofNanos(System.nanoTime() - begun.get(test));
        System.out.println(
            result.getStatus() + " " + took.toSeconds() + "s " + test.getDisplayName());
      }
    }
  }
}

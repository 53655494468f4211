package berth.agent.container;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.systemd.UnitName;
import berth.agent.systemd.UnitStatus;
import berth.protocol.ContainerName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NspawnWarningsTest {
  private static final ContainerName WEB = new ContainerName("web");

  private final List<String> asked = new ArrayList<>();
  private final NspawnWarnings warnings =
      new NspawnWarnings(invocation -> {
        asked.add(invocation);
        return List.of("about " + invocation);
      });

  @Test
  void theJournalIsAskedOnceForEachStageOfARun() {
    assertThat(warnings.about(WEB, run("a", ""), false)).containsExactly("about a");
    assertThat(warnings.about(WEB, run("a", ""), false)).containsExactly("about a");
    assertThat(asked).containsExactly("a");

    warnings.about(WEB, run("a", "Container running: Ready."), false);
    warnings.about(WEB, run("a", "Container running: Ready."), true);
    warnings.about(WEB, run("a", "Container running: Ready."), true);
    assertThat(asked).containsExactly("a", "a", "a");

    assertThat(warnings.about(WEB, run("b", ""), false)).containsExactly("about b");
  }

  @Test
  void whatDoesNotRunIsForgotten() {
    warnings.about(WEB, run("a", ""), false);
    warnings.forget(WEB);
    warnings.about(WEB, run("a", ""), false);

    assertThat(asked).containsExactly("a", "a");
  }

  private static UnitStatus run(String invocation, String text) {
    return new UnitStatus(
        UnitName.of(WEB),
        "loaded",
        "active",
        "running",
        "success",
        0,
        0,
        text,
        0,
        0,
        invocation,
        "",
        Optional.empty(),
        "disabled",
        false,
        false);
  }
}

package berth.agent.container;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.systemd.UnitName;
import berth.agent.systemd.UnitStatus;
import berth.protocol.ContainerName;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InspectorTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exit-code | 1 | 255 | exit code 255",
        "signal | 2 | 9 | killed by SIGKILL",
        "core-dump | 3 | 11 | killed by SIGSEGV with a core dump",
        "oom-kill | 2 | 9 | out of memory, killed by SIGKILL",
        "timeout | 2 | 9 | not done in time, killed by SIGKILL",
        "start-limit-hit | 1 | 1 | start-limit-hit, exit code 1",
        "resources | 0 | 0 | resources"
      })
  void anEndIsToldByItsExitCodeItsSignalOrTheWantOfMemory(
      String result, int code, int status, String told) {
    assertThat(Inspector.ending(ended(result, code, status))).isEqualTo(told);
  }

  private static UnitStatus ended(String result, int code, int status) {
    return new UnitStatus(
        UnitName.of(new ContainerName("web")),
        "loaded",
        "failed",
        "failed",
        result,
        code,
        status,
        "",
        0,
        0,
        "",
        "",
        Optional.empty(),
        "disabled",
        false,
        false);
  }
}

package berth.controller.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlainTextTest {

  @Test
  void familiesAreNamedAsTheOlderFormatNamesThem() {
    var page =
        """
        # TYPE berth_container_cpu_seconds counter
        # UNIT berth_container_cpu_seconds seconds
        # HELP berth_container_cpu_seconds Processor time that it took.
        berth_container_cpu_seconds_total{container="web"} 1.5
        berth_container_cpu_seconds_created{container="web"} 1.7e9
        # TYPE berth_container info
        # HELP berth_container What it is.
        berth_container_info{container="web",image="a # EOF b"} 1
        # TYPE berth_tasks gauge
        # HELP berth_tasks Tasks.
        berth_tasks 3
        # EOF
        """;
    assertThat(PlainText.of(page))
        .isEqualTo(
            """
            # TYPE berth_container_cpu_seconds_total counter
            # HELP berth_container_cpu_seconds_total Processor time that it took.
            berth_container_cpu_seconds_total{container="web"} 1.5
            # TYPE berth_container_info gauge
            # HELP berth_container_info What it is.
            berth_container_info{container="web",image="a # EOF b"} 1
            # TYPE berth_tasks gauge
            # HELP berth_tasks Tasks.
            berth_tasks 3
            """);
  }
}

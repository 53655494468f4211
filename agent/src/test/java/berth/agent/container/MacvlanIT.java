package berth.agent.container;

import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.Wire;
import berth.protocol.command.ContainerCommand.CreateContainer;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.WaitFor;
import berth.protocol.spec.ContainerSpec;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A network that wants a /sys of the host's own network namespace, which a host in a container does
 * not have.
 */
@Tag("kernel")
@Timeout(240)
class MacvlanIT {
  private static final ImageName IMAGE = new ImageName("berth-it-macvlan");
  private static final ContainerName WEB = new ContainerName("berth-it-mv");
  private static final String PARENT = "berthit1";

  @Test
  void aContainerHasAnInterfaceOnTopOfItsParent() throws Exception {
    try (var host = new RealContainers()) {
      host.processes.run("ip", "link", "add", PARENT, "type", "dummy");
      try {
        host.image(IMAGE, _ -> {});
        var spec =
            """
            {"start":{"kind":"program","argv":["/bin/sleep","1000"]},
             "network":{"kind":"macvlan","parent":"%s"}}
            """
                .formatted(PARENT);
        var wanted = Wire.read(spec.getBytes(StandardCharsets.UTF_8), ContainerSpec.class);
        var state =
            host.state(
                new CreateContainer(
                    WEB,
                    IMAGE,
                    Optional.empty(),
                    Optional.of(WaitFor.STARTED),
                    Optional.of(wanted)));
        assertThat(state.warnings()).isEmpty();
        var leader = state.leader().orElseThrow().toString();
        assertThat(
                host.processes
                    .run("nsenter", "-t", leader, "-n", "ip", "-d", "-o", "link")
                    .stdout())
            .contains("mv-" + PARENT, "macvlan");
      } finally {
        host.perform(new RemoveContainer(WEB, true));
        host.storage.delete(IMAGE);
        host.processes.run("ip", "link", "del", PARENT);
      }
    }
  }
}

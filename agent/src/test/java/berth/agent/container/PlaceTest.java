package berth.agent.container;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.process.HostProcesses;
import berth.agent.storage.FolderBackend;
import berth.agent.storage.Pool;
import berth.agent.storage.Pools;
import berth.agent.storage.Tools;
import berth.agent.storage.directory.DirectoryTrees;
import berth.protocol.ContainerName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlaceTest {
  private static final ContainerName WEB = new ContainerName("web");

  @TempDir Path folder;
  private Path machines;
  private Path volume;
  private Pools pools;
  private Place place;

  @BeforeEach
  void makeThem() throws IOException {
    machines = Files.createDirectory(folder.resolve("machines"));
    var pool = Files.createDirectory(folder.resolve("pool"));
    volume = pool.resolve("web");
    var trees = new DirectoryTrees(new Tools(new HostProcesses()));
    pools = Pools.of(List.of(new Pool(Pools.DEFAULT, new FolderBackend(pool, trees))));
    place = new Place(machines);
  }

  @Test
  void ourLinkToAVolumeThatIsGoneIsInNobodysWay() throws IOException {
    Files.createDirectory(volume);
    place.add(WEB, volume);
    assertTaken();
    Files.delete(volume);
    assertThatCode(() -> place.requireFree(WEB, pools)).doesNotThrowAnyException();
  }

  @Test
  void whatAPersonPutThereStaysAlsoWhereItLeadsNowhere() throws IOException {
    Files.createSymbolicLink(machines.resolve("web"), Path.of("/no/such/disk"));
    assertTaken();
  }

  private void assertTaken() {
    assertThatThrownBy(() -> place.requireFree(WEB, pools))
        .hasMessageContaining("is there already");
  }
}

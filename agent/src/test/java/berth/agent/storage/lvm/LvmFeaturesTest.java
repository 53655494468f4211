package berth.agent.storage.lvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import berth.agent.dispatch.FakeJob;
import berth.agent.process.HostProcesses;
import berth.agent.storage.PoolPlace;
import berth.agent.storage.SnapshotRecord;
import berth.agent.storage.Tools;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import berth.protocol.SnapshotName;
import berth.protocol.state.PoolFullness;
import berth.protocol.state.SnapshotState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a pool on LVM says of itself, beside what lvs says and what it refuses. */
class LvmFeaturesTest {
  private static final ContainerName WEB = new ContainerName("web");

  @TempDir private Path folder;

  @Test
  void aThinPoolIsAsFullOfDataAndOfMetadataAsLvsSays() {
    var size = new ByteSize(1 << 20);
    var pool = new LogicalVolume("thin", "twi-aotz--", size, size, "", Set.of(), 12.5, 10.84);
    assertThat(pool.fullness())
        .isEqualTo(new PoolFullness(Optional.of(0.125), Optional.of(0.1084), Optional.empty()));
  }

  @Test
  void itTellsOfSnapshotsWhereItDoesNotRefuseThem() {
    var place = new PoolPlace.Thin("none", "thin", folder, ByteSize.parse("1GiB"));
    var units = new MountUnits(folder, place.group(), folder, null);
    var backend =
        new LvmBackend(place, folder, Fullness.USUAL, new Tools(new HostProcesses()), units);
    assertThat(backend.features().snapshotStopped()).isEqualTo(!refuses(backend, false));
    assertThat(backend.features().snapshotRunning()).isEqualTo(!refuses(backend, true));
  }

  private static boolean refuses(LvmBackend backend, boolean inUse) {
    var state =
        new SnapshotState(
            new SnapshotName("one"), Instant.EPOCH, Optional.empty(), false, Optional.empty());
    var record = new SnapshotRecord(state, WEB, Optional.empty());
    var thrown =
        catchThrowable(() -> backend.snapshot(WEB, record, inUse, () -> {}, new FakeJob()));
    return thrown instanceof BerthException e && e.problem().code() == ProblemCode.UNSUPPORTED;
  }
}

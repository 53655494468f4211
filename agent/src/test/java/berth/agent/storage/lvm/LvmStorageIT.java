package berth.agent.storage.lvm;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.dispatch.FakeJob;
import berth.agent.linux.FileSystem;
import berth.agent.storage.Ground;
import berth.agent.storage.StorageContract;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import berth.protocol.state.PoolState.Layout;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The contract of storage on a thin pool. */
@Tag("disk")
@Timeout(240)
class LvmStorageIT extends StorageContract {
  private static ThinPool pool;

  @BeforeAll
  static void makeAThinPool() throws Exception {
    pool = ThinPool.make(Path.of("/var/lib/berth-it"));
  }

  @AfterAll
  static void takeItFromTheDisk() throws Exception {
    pool.dismantle();
  }

  @Override
  protected Ground ground() {
    return pool;
  }

  @Override
  protected Layout layout() {
    return Layout.LVM_THIN;
  }

  @Test
  void aSizeIsKeptAndLessThanAVolumeHasIsRefused() throws Exception {
    storage.make(DEBIAN, this::fill, new FakeJob());
    var web = create(WEB);
    storage.limit(WEB, Optional.empty());
    storage.limit(WEB, Optional.of(ByteSize.parse("1GiB")));
    assertThat(FileSystem.of(web).size()).isGreaterThan(900L << 20);
    assertProblem(
        ProblemCode.UNSUPPORTED,
        "web has 1GiB, and XFS can't be made smaller",
        () -> limit(WEB, ByteSize.parse("500MiB")));
    assertProblem(
        ProblemCode.NOT_FOUND,
        "none",
        () -> limit(new ContainerName("none"), ByteSize.parse("1GiB")));
  }

  private Object limit(ContainerName container, ByteSize size) throws Exception {
    storage.limit(container, Optional.of(size));
    return size;
  }
}

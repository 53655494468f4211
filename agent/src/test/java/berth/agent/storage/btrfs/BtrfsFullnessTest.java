package berth.agent.storage.btrfs;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.linux.BtrfsSpace;
import berth.agent.linux.BtrfsSpace.Chunks;
import java.util.List;
import org.junit.jupiter.api.Test;

class BtrfsFullnessTest {
  private static final long GIB = 1L << 30;
  private static final long DATA = 1;
  private static final long METADATA = 4;
  private static final long DUP = 1 << 5;
  private static final long RAID1C3 = 1 << 9;
  private static final long RAID6 = 1 << 8;
  private static final long RESERVE = 1L << 49;

  @Test
  void whatIsInNoChunkYetIsRoomForEither() {
    var full =
        BtrfsFullness.of(
            space(
                1,
                8 * GIB,
                new Chunks(DATA, 2 * GIB, GIB),
                new Chunks(METADATA | DUP, GIB, GIB / 2),
                new Chunks(RESERVE, GIB / 4, 0)));
    assertThat(full.data()).contains(0.1);
    assertThat(full.metadata()).contains(0.15);
    assertThat(full.inodes()).isEmpty();
  }

  @Test
  void metadataIsFullWhereAllIsTakenThoughThereIsRoomForData() {
    var full =
        BtrfsFullness.of(
            space(
                1,
                0,
                new Chunks(DATA, 100 * GIB, 10 * GIB),
                new Chunks(METADATA | DUP, GIB, 3 * GIB / 4),
                new Chunks(RESERVE, GIB / 4, 0)));
    assertThat(full.data()).contains(0.1);
    assertThat(full.metadata()).contains(1.0);
  }

  @Test
  void whatIsKeptMoreThanOnceTakesMoreOfIt() {
    var thrice = BtrfsFullness.of(space(3, 6 * GIB, new Chunks(DATA | RAID1C3, 2 * GIB, GIB)));
    assertThat(thrice.data()).contains(0.25);
    var striped = BtrfsFullness.of(space(4, 8 * GIB, new Chunks(DATA | RAID6, 0, GIB)));
    assertThat(striped.data()).contains(0.25);
  }

  @Test
  void onASmallDiskBothAreInTheSameChunks() {
    var full =
        BtrfsFullness.of(
            space(1, 0, new Chunks(DATA | METADATA, 100, 70), new Chunks(RESERVE, 10, 0)));
    assertThat(full.data()).contains(0.8);
    assertThat(full.metadata()).isEmpty();
  }

  private static BtrfsSpace space(long devices, long unallocated, Chunks... chunks) {
    return new BtrfsSpace(List.of(chunks), devices, unallocated);
  }
}

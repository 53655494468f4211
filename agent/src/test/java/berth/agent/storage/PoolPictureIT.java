package berth.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.Eventually;
import berth.agent.linux.FileSystem;
import berth.agent.process.HostProcesses;
import berth.agent.report.FakeReporter;
import berth.protocol.event.Event;
import berth.protocol.event.Event.PoolEvent;
import berth.protocol.event.Event.PoolFull;
import berth.protocol.event.Event.PoolNearlyFull;
import berth.protocol.event.Event.PoolRecovered;
import berth.protocol.state.PoolState;
import berth.protocol.state.PoolState.Health;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is told of pools on real file systems that fill up and are emptied again. */
class PoolPictureIT {
  private final FakeReporter reporter = new FakeReporter();

  @ParameterizedTest
  @EnumSource(names = {"BTRFS", "XFS"})
  void eachThresholdIsToldOnceOnTheWayUpAndDownAndNotAgainByTheNextAgent(Disk.Kind kind)
      throws Exception {
    try (var disk = Disk.of(kind)) {
      var pools = pools(disk);
      var picture = new PoolPicture(pools, Thresholds.USUAL, reporter);
      assertThat(look(picture).health()).contains(Health.OK);
      assertThat(reporter.events).isEmpty();

      var fillers = fillUp(disk.root(), picture);
      assertThat(reporter.events).hasExactlyElementsOfTypes(PoolNearlyFull.class, PoolFull.class);
      var full = pool(reporter.events.getLast());
      assertThat(full.health()).contains(Health.FULL);
      assertThat(full.fullness().data().orElseThrow()).isBetween(0.95, 1.0);

      reporter.toldPools.add(full);
      var next = new PoolPicture(pools, Thresholds.USUAL, reporter);
      assertThat(look(next).health()).contains(Health.FULL);
      assertThat(reporter.events).hasSize(2);

      for (var filler : fillers) {
        Files.delete(filler);
      }
      Eventually.holds("there is room again", () -> look(next).health().equals(ok()));
      assertThat(reporter.events.getLast()).isInstanceOf(PoolRecovered.class);
      look(next);
      assertThat(reporter.events.stream().filter(PoolRecovered.class::isInstance)).hasSize(1);
    }
  }

  @Test
  void aPoolThatTakesNoMoreFilesIsFullThoughItHasRoom() throws Exception {
    try (var disk = Disk.of(Disk.Kind.EXT4)) {
      var picture = new PoolPicture(pools(disk), Thresholds.USUAL, reporter);
      var most = FileSystem.of(disk.root()).freeInodes();
      for (var i = 0; i < most * 0.97; i++) {
        Files.createFile(disk.root().resolve("file" + i));
      }
      picture.watch();
      assertThat(reporter.events).hasExactlyElementsOfTypes(PoolFull.class);
      var fullness = pool(reporter.events.getFirst()).fullness();
      assertThat(fullness.inodes().orElseThrow()).isGreaterThan(0.95);
      assertThat(fullness.data().orElseThrow()).isLessThan(0.8);
      assertThat(fullness.metadata()).isEmpty();

      picture.watch();
      assertThat(reporter.events).as("it may be on its way to the journal").hasSize(1);
      picture.watch();
      assertThat(reporter.events).as("the journal did not take it").hasSize(2);
      reporter.toldPools.add(pool(reporter.events.getLast()));
      picture.watch();
      picture.watch();
      assertThat(reporter.events).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BTRFS", "XFS", "EXT4"})
  void aPoolTellsWhatItsFileSystemCanDo(Disk.Kind kind) throws Exception {
    try (var disk = Disk.of(kind)) {
      var storage = pools(disk).find(Optional.empty()).storage();
      var features = storage.features();
      assertThat(features.snapshotRunning()).isEqualTo(kind == Disk.Kind.BTRFS);
      assertThat(features.snapshotStopped()).isEqualTo(kind != Disk.Kind.EXT4);
      assertThat(features.copyOnWrite()).isEqualTo(kind != Disk.Kind.EXT4);
      assertThat(features.sizeLimit()).isFalse();
      if (kind == Disk.Kind.BTRFS) {
        Disk.run(List.of("btrfs", "quota", "enable", disk.root().toString()));
        assertThat(storage.features().sizeLimit()).isTrue();
        Disk.run(List.of("btrfs", "quota", "disable", disk.root().toString()));
        assertThat(storage.features()).isEqualTo(features);
      }
    }
  }

  /** Until nothing more goes in; everybody who looks does so once for each file. */
  private static List<Path> fillUp(Path root, PoolPicture picture) {
    var some = new byte[4 << 20];
    new Random(1).nextBytes(some);
    var fillers = new ArrayList<Path>();
    try {
      while (true) {
        fillers.add(root.resolve("filler" + fillers.size()));
        Files.write(fillers.getLast(), some);
        FileSystem.sync(root);
        look(picture);
      }
    } catch (IOException _) {
      return fillers; // it is full
    }
  }

  private static Pools pools(Disk disk) throws IOException {
    var folders = Map.of(Pools.DEFAULT, disk.root().resolve("machines"));
    return Pools.open(folders, new Tools(new HostProcesses()));
  }

  private static PoolState look(PoolPicture picture) {
    return picture.look().getFirst();
  }

  private static Optional<Health> ok() {
    return Optional.of(Health.OK);
  }

  private static PoolState pool(Event event) {
    return ((PoolEvent) event).pool();
  }
}

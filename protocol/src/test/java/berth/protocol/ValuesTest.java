package berth.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import berth.protocol.command.ContainerCommand.CreateSnapshot;
import berth.protocol.command.Terminal;
import berth.protocol.state.PoolFullness;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "..", ".web", "-web", "web-", "a b", "a..b", "w\nb", "a_b"})
  void aNameThatCouldBeAPathOrAnOptionIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> new ContainerName(text));
    assertThatIllegalArgumentException().isThrownBy(() -> new HostId(text));
    assertThatIllegalArgumentException().isThrownBy(() -> new PoolName(text));
    if (!text.equals("a..b") && !text.equals("a_b")) {
      assertThatIllegalArgumentException().isThrownBy(() -> new ImageName(text));
      assertThatIllegalArgumentException().isThrownBy(() -> new SnapshotName(text));
    }
  }

  @Test
  void aContainersNameFollowsSystemdsRuleForMachineNames() {
    assertThat(new ContainerName("Web-1.example.org").value()).isEqualTo("Web-1.example.org");
    assertThat(new ContainerName("a".repeat(64)).value()).hasSize(64);
    assertThatIllegalArgumentException().isThrownBy(() -> new ContainerName("a".repeat(65)));
  }

  @Test
  void aLongNameIsShownCut() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ContainerName("x".repeat(300)))
        .withMessageContaining("... (300 characters)".replace("... ", "...\" "))
        .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(260));
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "512,512",
    "1K,1024",
    "1KiB,1024",
    "1.5G,1610612736",
    "2T,2199023255552",
    "10B,10"
  })
  void sizesAreReadInPowersOf1024(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(new ByteSize(bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1X", "G", "1..5G", "999999999999999999P"})
  void whatIsNoSizeIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> ByteSize.parse(text));
  }

  @Test
  void sizesAreShownWithOneDecimal() {
    assertThat(new ByteSize(1023)).hasToString("1023 B");
    assertThat(new ByteSize(1610612736)).hasToString("1.5 GiB");
  }

  @Test
  void idsAreOfVersion7AndInOrder() {
    var ids = Stream.generate(CommandId::next).limit(10_000).toList();
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(ids.stream().map(CommandId::toString)).isSorted();
    assertThat(ids.getFirst().value().version()).isEqualTo(7);
    assertThat(ids.getFirst().value().variant()).isEqualTo(2);
  }

  @Test
  void anIdIsReadInItsCanonicalFormAlone() {
    var id = OperationId.next();
    assertThat(OperationId.of(id.toString())).isEqualTo(id);
    assertThatIllegalArgumentException().isThrownBy(() -> OperationId.of("1-2-3-4-5"));
  }

  @Test
  void aContainerIsNamedByItsHost() {
    assertThat(ContainerRef.parse("lab1/web")).hasToString("lab1/web");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ContainerRef.parse("web"))
        .withMessageContaining("HOST/CONTAINER");
    assertThatIllegalArgumentException().isThrownBy(() -> ContainerRef.parse("lab1/../etc"));
  }

  @Test
  void aTerminalHasASizeAndATypeThatAreSafeToHandOn() {
    var size = new WindowSize(80, 24);
    assertThat(new Terminal(size, "xterm-256color").size()).hasToString("80x24");
    assertThatIllegalArgumentException().isThrownBy(() -> new WindowSize(0, 24));
    assertThatIllegalArgumentException().isThrownBy(() -> new WindowSize(80, 65_536));
    assertThatIllegalArgumentException().isThrownBy(() -> new Terminal(size, "a b"));
    assertThatIllegalArgumentException().isThrownBy(() -> new Terminal(size, ""));
  }

  @Test
  void aSnapshotIsNamedAsPeopleNameThingsAndMoments() {
    assertThat(SnapshotName.of("Before_13.2")).hasToString("Before_13.2");
    assertThat(SnapshotName.of("20261125-091500").value()).hasSize(15);
    assertThatIllegalArgumentException().isThrownBy(() -> new SnapshotName("a".repeat(65)));
  }

  @Test
  void aSnapshotIsProtectedOrExpiresAndItsCommentIsALine() {
    var web = new ContainerName("web");
    var name = new SnapshotName("s");
    var week = Optional.of(Duration.ofDays(7));
    var kept = new CreateSnapshot(web, name, Optional.of("why"), true, Optional.empty());
    assertThat(kept.comment()).contains("why");
    for (var comment : List.of("two\nlines", "x".repeat(201))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new CreateSnapshot(web, name, Optional.of(comment), false, week))
          .withMessageContaining("bad comment");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CreateSnapshot(web, name, Optional.empty(), true, week))
        .withMessageContaining("choose one");
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new CreateSnapshot(web, name, Optional.empty(), false, Optional.of(Duration.ZERO)))
        .withMessageContaining("a second to ten years");
  }

  @Test
  void aFullnessIsAPartOfAWhole() {
    assertThat(PoolFullness.part(1, 3)).contains(0.3333);
    assertThat(PoolFullness.part(4, 3)).contains(1.0);
    assertThat(PoolFullness.part(1, 0)).isEmpty();
    var some = new PoolFullness(Optional.of(0.25), Optional.of(0.5), Optional.empty());
    assertThat(some.most()).isEqualTo(0.5);
    assertThat(PoolFullness.NONE.most()).isZero();
    for (var bad : List.of(-0.1, 1.1, Double.NaN)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new PoolFullness(Optional.of(bad), Optional.empty(), Optional.empty()))
          .withMessageContaining("bad fullness");
    }
  }
}

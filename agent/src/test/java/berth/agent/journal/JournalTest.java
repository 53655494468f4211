package berth.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.journal.Journal.Known;
import berth.protocol.BerthException;
import berth.protocol.Bytes;
import berth.protocol.CommandId;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journal on its real store; a crash of the process is CrashIT's. */
class JournalTest {
  private static final Instant NOW = Instant.parse("2026-11-23T18:00:00Z");
  private static final Instant DEADLINE = NOW.plusSeconds(600);
  private static final Bytes ENVELOPE = Bytes.of("{\"an\":\"envelope\"}");
  private static final Bytes REPLY = Bytes.of("{\"a\":\"reply\"}");

  @TempDir Path folder;
  private Store store;
  private Journal journal;
  private OutboxTable outbox;

  @BeforeEach
  void open() {
    store = new Store(folder);
    journal = new Journal(store);
    outbox = new OutboxTable(store);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aCommandIsUnseenThenRunningThenAnswered() {
    var id = CommandId.next();
    assertThat(known(id)).isEqualTo(new Known.Unseen());
    accept(id);
    assertThat(known(id)).isEqualTo(new Known.Running());
    finish(id);
    assertThat(known(id)).isEqualTo(new Known.Answered(REPLY));
  }

  @Test
  void whatIsUnfinishedComesBackInOrderWithItsNextAttempt() {
    var ids = List.of(CommandId.next(), CommandId.next(), CommandId.next());
    ids.reversed().forEach(this::accept);
    finish(ids.get(1));
    reopen();
    assertThat(journal.unfinished())
        .containsExactly(
            new Journal.Unfinished(ids.get(2), NOW, 2, ENVELOPE),
            new Journal.Unfinished(ids.get(0), NOW, 2, ENVELOPE));
    reopen();
    assertThat(journal.unfinished()).extracting(Journal.Unfinished::attempt).containsOnly(3);
  }

  @Test
  void theEpochGoesUpWithEachStartAndAlsoWhereTheJournalWasLost() throws Exception {
    var first = journal.epoch();
    reopen();
    assertThat(journal.epoch()).isEqualTo(first + 1);
    assertThat(first).isGreaterThan(Instant.now().minusSeconds(3600).getEpochSecond());
  }

  @Test
  void aChangeThatThrowsLeavesNothingAndTakesNothingFromOthers() {
    var good = CommandId.next();
    var bad = CommandId.next();
    var before = journal.write(page -> acceptOn(page, good));
    var failed =
        journal.write(page -> {
          acceptOn(page, bad);
          throw new IllegalStateException("a defect");
        });
    var after = journal.write(page -> page.known(good));
    before.join();
    assertThatThrownBy(failed::join).hasRootCauseMessage("a defect");
    assertThat(after.join()).isEqualTo(new Known.Running());
    assertThat(known(bad)).isEqualTo(new Known.Unseen());
    assertThat(store.failure()).isEmpty();
  }

  @Test
  void placesInTheOutboxGoOnAcrossRestartsAlsoOnceItWasEmpty() {
    assertThat(outbox.append(Bytes.of("one")).join()).isEqualTo(1);
    assertThat(outbox.append(Bytes.of("two")).join()).isEqualTo(2);
    outbox.remove(List.of(1L, 2L)).join();
    reopen();
    assertThat(outbox.size()).isZero();
    assertThat(outbox.append(Bytes.of("three")).join()).isEqualTo(3);
    assertThat(outbox.next(0)).contains(new OutboxTable.Row(3, Bytes.of("three")));
    assertThat(outbox.next(3)).isEmpty();
  }

  @Test
  void aMessageThatIsNotDurableYetIsNotSeenInTheOutbox() {
    store.writeLazily(maps -> OutboxTable.append(maps, Bytes.of("not yet"))).join();
    assertThat(outbox.size()).isEqualTo(1);
    assertThat(outbox.next(0)).isEmpty();
    outbox.append(Bytes.of("durable")).join();
    assertThat(outbox.next(0)).isPresent();
  }

  @Test
  void whatIsPastItsRetentionIsForgottenUnlessItIsUnfinished() {
    var old = CommandId.next();
    var unfinished = CommandId.next();
    accept(old);
    finish(old);
    accept(unfinished);
    journal.tidy(DEADLINE.plus(Journal.RETENTION).minus(Duration.ofSeconds(1)));
    assertThat(known(old)).isEqualTo(new Known.Answered(REPLY));
    journal.tidy(DEADLINE.plus(Journal.RETENTION).plus(Duration.ofSeconds(1)));
    assertThat(known(old)).isEqualTo(new Known.Unseen());
    assertThat(known(unfinished)).isEqualTo(new Known.Running());
  }

  @Test
  void aSecondAgentOnTheSameFolderIsRefused() {
    assertThatThrownBy(() -> new Store(folder))
        .isInstanceOf(BerthException.class)
        .hasMessageContaining("another agent is running on " + folder);
  }

  @Test
  void theFileIsForItsOwnerAlone() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  @Test
  void aTruncatedFileIsSetAsideAndANewOneBegins() throws Exception {
    fill();
    store.close();
    try (var channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 3);
    }
    expectSetAside();
  }

  @Test
  void aFileOfSomethingElseIsSetAsideAndANewOneBegins() throws Exception {
    store.close();
    Files.writeString(file(), "this is no journal\n".repeat(1000));
    expectSetAside();
  }

  @Test
  void aFileWithADamagedEntryIsSetAsideAndANewOneBegins() throws Exception {
    var marked = Bytes.of("x".repeat(20) + "MARK" + "y".repeat(20));
    outbox.append(marked).join();
    store.close();
    damage("MARK");
    expectSetAside();
  }

  private void expectSetAside() throws Exception {
    var epoch = journal.epoch();
    open();
    var kept = store.setAside().orElseThrow();
    assertThat(kept).exists().hasParent(folder);
    assertThat(journal.unfinished()).isEmpty();
    assertThat(journal.epoch()).isGreaterThanOrEqualTo(epoch);
    accept(CommandId.next());
    reopen();
    assertThat(store.setAside()).isEmpty();
    assertThat(journal.unfinished()).hasSize(1);
  }

  private void fill() {
    IntStream.range(0, 200).forEach(_ -> accept(CommandId.next()));
  }

  private void damage(String mark) throws Exception {
    var bytes = Files.readAllBytes(file());
    var found = 0;
    for (int i = 0; i < bytes.length - mark.length(); i++) {
      if (new String(bytes, i, mark.length(), java.nio.charset.StandardCharsets.ISO_8859_1)
          .equals(mark)) {
        bytes[i] ^= 1;
        found++;
      }
    }
    assertThat(found).isPositive();
    Files.write(file(), bytes);
  }

  private Known known(CommandId id) {
    return journal.write(page -> page.known(id)).join();
  }

  private void accept(CommandId id) {
    journal.write(page -> acceptOn(page, id)).join();
  }

  private static Void acceptOn(Journal.Page page, CommandId id) {
    page.accept(id, NOW, DEADLINE, ENVELOPE);
    return null;
  }

  private void finish(CommandId id) {
    journal
        .write(page -> {
          page.finish(id, REPLY);
          page.send(REPLY);
          return null;
        })
        .join();
  }

  private void reopen() {
    store.close();
    open();
  }

  private Path file() {
    return folder.resolve("journal.mv");
  }
}

package berth.controller.operation;

import static berth.controller.CoreFixture.LAB1;
import static berth.controller.CoreFixture.LAB2;
import static berth.controller.CoreFixture.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.controller.CoreFixture;
import berth.controller.model.FleetEvent;
import berth.controller.model.OperationView;
import berth.controller.model.TargetView;
import berth.controller.model.TargetView.State;
import berth.controller.operation.OperationRequest.Target;
import berth.protocol.BerthException;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.OperationId;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.command.Command;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.HostCommand.Cancel;
import berth.protocol.command.HostCommand.ReportOutcome;
import berth.protocol.command.ProcessCommand.Exec;
import berth.protocol.reply.Reply;
import berth.protocol.reply.ReplyMessage;
import berth.protocol.reply.Result.Done;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperationLedgerTest {
  private static final Command REMOVE = new RemoveContainer(WEB, false);
  private static final Reply DONE = new Reply.Succeeded(new Done());
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path folder;
  private CoreFixture core;

  @BeforeEach
  void open() {
    core = new CoreFixture(folder);
    core.come(LAB1);
    core.come(LAB2);
  }

  @AfterEach
  void close() {
    core.close();
  }

  @Test
  void aCommandIsWrittenDownThenSentThenAnswered() {
    var written = submit(REMOVE);
    assertThat(only(written).state()).isEqualTo(State.QUEUED);
    core.run(core.link::connect);
    var command = core.link.command();
    assertThat(command.command()).isEqualTo(REMOVE);
    assertThat(only(reached(written, State.SENT)).deadline()).isEqualTo(command.deadline());

    reply(command, new Reply.Accepted());
    assertThat(only(get(written)).accepted()).isPresent();
    reply(command, DONE);

    var done = get(written);
    assertThat(done.state()).isEqualTo(OperationView.State.SUCCEEDED);
    assertThat(done.finished()).isPresent();
    assertThat(only(done).result()).hasValue(new Done());
    assertThat(log()).endsWith("operation-finished");
  }

  @Test
  void aHostThatWasNeverSeenIsRefusedAndNothingIsWritten() {
    var request = request(new HostId("nowhere"), REMOVE, Optional.empty());

    assertThatThrownBy(() -> CoreFixture.await(core.ledger.submit(request)))
        .isInstanceOf(BerthException.class)
        .hasMessageContaining("no host nowhere");
    assertThat(list()).isEmpty();
  }

  @Test
  void theSameKeyGivesTheSameOperation() {
    var request = request(LAB1, REMOVE, Optional.of("key"));
    var first = CoreFixture.await(core.ledger.submit(request));

    var second = CoreFixture.await(core.ledger.submit(request));
    core.run(core.link::connect);
    core.link.command();

    assertThat(second.id()).isEqualTo(first.id());
    reached(first, State.SENT);
    assertThat(core.link.rest()).isEmpty();
  }

  @Test
  void aKeyOfAnotherRequestIsRefused() {
    CoreFixture.await(core.ledger.submit(request(LAB1, REMOVE, Optional.of("key"))));

    assertThatThrownBy(
            () -> CoreFixture.await(core.ledger.submit(request(LAB2, REMOVE, Optional.of("key")))))
        .hasMessageContaining("belongs to another request");
  }

  @Test
  void repliesThatComeTwiceOrLateChangeNothing() {
    var command = sent(REMOVE);
    reply(command, DONE);
    var done = get(command.operation());

    reply(command, DONE);
    reply(command, new Reply.Accepted());
    reply(command, new Reply.Failed(new Problem(ProblemCode.FAILED, "no")));

    assertThat(get(command.operation())).isEqualTo(done);
    assertThat(log()).containsOnlyOnce("operation-finished");
  }

  @Test
  void aReplyOfAHostThatWasNotAskedIsIgnored() {
    var command = sent(REMOVE);

    core.on(() ->
        core.ledger
            .replies()
            .reply(
                new ReplyMessage(
                    command.id(), command.operation(), LAB2, core.clock.instant(), DONE)));

    assertThat(only(get(command.operation())).state()).isNotEqualTo(State.SUCCEEDED);
  }

  @Test
  void anOperationFailsWhereOneOfItsHostsDoes() {
    core.run(core.link::connect);
    var request =
        new OperationRequest(
            "remove web everywhere",
            List.of(new Target(LAB1, REMOVE), new Target(LAB2, REMOVE)),
            MINUTE,
            Optional.empty());
    var id = CoreFixture.await(core.ledger.submit(request)).id();

    reply(core.link.command(), DONE);
    assertThat(get(id).state()).isEqualTo(OperationView.State.RUNNING);
    reply(core.link.command(), new Reply.Failed(new Problem(ProblemCode.FAILED, "no")));

    assertThat(get(id).state()).isEqualTo(OperationView.State.FAILED);
  }

  @Test
  void silencePastTheDeadlineIsExpiryAndSaysWhetherTheHostWasThere() {
    var command = sent(REMOVE);
    core.clock.forward(MINUTE.plus(OperationLedger.GRACE));
    core.on(core.ledger::tick);
    assertThat(only(get(command.operation())).state()).isEqualTo(State.SENT);
    core.clock.forward(Duration.ofMillis(1));

    core.on(core.ledger::tick);

    var problem = only(get(command.operation())).problem().orElseThrow();
    assertThat(problem.code()).isEqualTo(ProblemCode.EXPIRED);
    assertThat(problem.message()).contains("lab1 is online but did not begin");
  }

  @Test
  void aCommandThatCouldNeverBeSentExpiresToo() {
    var written = submit(REMOVE);
    core.clock.forward(MINUTE.multipliedBy(2));

    core.on(core.ledger::tick);
    core.run(core.link::connect);
    core.on(core.ledger::tick);

    assertThat(only(get(written)).problem().orElseThrow().message())
        .contains("before the command could be sent");
    assertThat(core.link.rest()).isEmpty();
  }

  @Test
  void whatExpiredWhileTheControllerWasDownIsToldAfterIt() {
    var command = sent(REMOVE);
    core.close();
    core = new CoreFixture(folder);
    core.clock.forward(MINUTE.multipliedBy(2));

    core.on(core.ledger::tick);

    assertThat(only(get(command.operation())).problem().orElseThrow())
        .satisfies(problem -> assertThat(problem.code()).isEqualTo(ProblemCode.EXPIRED))
        .satisfies(problem -> assertThat(problem.message()).contains("lab1 was offline"));
  }

  @Test
  void whatTheHostSaysAfterExpiryWins() {
    var command = sent(REMOVE);
    core.clock.forward(MINUTE.multipliedBy(2));
    core.on(core.ledger::tick);
    assertThat(get(command.operation()).state()).isEqualTo(OperationView.State.FAILED);

    reply(command, new Reply.Accepted());
    assertThat(get(command.operation()).state()).isEqualTo(OperationView.State.RUNNING);
    reply(command, DONE);

    var done = get(command.operation());
    assertThat(done.state()).isEqualTo(OperationView.State.SUCCEEDED);
    assertThat(only(done).problem()).isEmpty();
    assertThat(log()).filteredOn("operation-finished"::equals).hasSize(2);
  }

  @Test
  void anAcceptedCommandNeverExpires() {
    var command = sent(REMOVE);
    reply(command, new Reply.Accepted());
    core.clock.forward(Duration.ofDays(1));

    core.on(core.ledger::tick);

    assertThat(only(get(command.operation())).state()).isEqualTo(State.ACCEPTED);
  }

  @Test
  void aCommandThatWasNotSentIsCancelledAtOnce() {
    var written = submit(REMOVE);

    var cancelled = CoreFixture.await(core.ledger.cancel(written.id(), "not needed"));

    assertThat(only(cancelled).problem().orElseThrow())
        .isEqualTo(new Problem(ProblemCode.CANCELLED, "cancelled before it was sent: not needed"));
    core.run(core.link::connect);
    assertThat(core.link.command().command()).isEqualTo(new Cancel(only(written).command()));
    assertThat(core.link.rest()).isEmpty();
  }

  @Test
  void aCommandThatWasSentIsCancelledByItsHost() {
    var command = sent(REMOVE);

    CoreFixture.await(core.ledger.cancel(command.operation(), "not needed"));

    assertThat(core.link.command().command()).isEqualTo(new Cancel(command.id()));
    assertThat(only(get(command.operation())).state()).isEqualTo(State.SENT);
    reply(command, new Reply.Failed(new Problem(ProblemCode.CANCELLED, "killed")));
    assertThat(only(get(command.operation())).problem().orElseThrow().message())
        .isEqualTo("killed: not needed");
  }

  @Test
  void theWishToCancelOutlivesALinkThatIsDown() {
    var command = sent(REMOVE);
    core.link.fail(ProblemCode.UNAVAILABLE);
    CoreFixture.await(core.ledger.cancel(command.operation(), "not needed"));
    assertThat(core.link.rest()).isEmpty();

    core.run(core.link::connect);

    assertThat(core.link.command().command()).isEqualTo(new Cancel(command.id()));
  }

  @Test
  void anAgentThatDiedIsToldOnceMoreWhatIsToBeCancelled() {
    var command = sent(REMOVE);
    reply(command, new Reply.Accepted());
    CoreFixture.await(core.ledger.cancel(command.operation(), "not needed"));
    assertThat(core.link.command().command()).isEqualTo(new Cancel(command.id()));

    core.run(() -> core.ledger.hostConnected(LAB1));

    assertThat(List.of(core.link.command().command(), core.link.command().command()))
        .containsExactlyInAnyOrder(
            new ReportOutcome(command.id(), command.operation()), new Cancel(command.id()));
    reply(command, new Reply.Failed(new Problem(ProblemCode.CANCELLED, "killed")));
    core.run(() -> core.ledger.hostConnected(LAB1));
    assertThat(core.link.rest()).isEmpty();
  }

  @Test
  void whatWaitsForTheLinkIsSentInItsOrder() {
    var commands = List.of(submit(REMOVE), submit(REMOVE), submit(REMOVE));

    core.run(core.link::connect);

    for (var written : commands) {
      assertThat(core.link.command().operation()).isEqualTo(written.id());
    }
  }

  @Test
  void whatTheBrokerRefusesForGoodFails() {
    core.run(core.link::connect);
    core.link.fail(ProblemCode.FAILED);

    var written = submit(REMOVE);

    assertThat(only(reached(written, State.FAILED)).problem().orElseThrow().code())
        .isEqualTo(ProblemCode.FAILED);
  }

  @Test
  void aHostThatConnectsGetsAgainWhatItNeverAcceptedUnlessItMustNotRunTwice() {
    var remove = sent(REMOVE);
    var exec = sent(exec(false));

    core.run(() -> core.ledger.hostConnected(LAB1));

    assertThat(core.link.command()).isEqualTo(remove);
    core.on(() -> core.ledger.get(exec.operation()));
    assertThat(core.link.rest()).isEmpty();
  }

  @Test
  void whatTheBrokerHasIsNotSentAgainWhileTheDatabaseCannotRecordThat() {
    core.run(core.link::connect);
    CoreFixture.await(
        core.database.write(tx ->
            tx.execute(
                """
                CREATE TRIGGER refused BEFORE UPDATE ON target
                BEGIN SELECT RAISE(ABORT, 'refused by this test'); END
                """)));
    var written = submit(REMOVE);
    core.link.command();

    core.on(core.ledger::tick);
    core.on(core.ledger::tick);
    CoreFixture.await(core.database.write(tx -> tx.execute("DROP TRIGGER refused")));
    core.on(core.ledger::tick);

    reached(written, State.SENT);
    assertThat(core.link.rest()).isEmpty();
  }

  @Test
  void aHostThatConnectsIsAskedWhatBecameOfWhatItAccepted() {
    var remove = sent(REMOVE);
    reply(remove, new Reply.Accepted());
    var elsewhere = CoreFixture.await(core.ledger.submit(request(LAB2, REMOVE, Optional.empty())));
    reply(core.link.command(), new Reply.Accepted());

    core.run(() -> core.ledger.hostConnected(LAB1));

    var asked = core.link.command();
    assertThat(asked.host()).isEqualTo(LAB1);
    assertThat(asked.command()).isEqualTo(new ReportOutcome(remove.id(), remove.operation()));
    assertThat(only(get(elsewhere)).state()).isEqualTo(State.ACCEPTED);
    assertThat(core.link.rest()).isEmpty();
  }

  @Test
  void aControllerThatComesBackAsksAllHostsWhatItMayHaveMissed() {
    var remove = sent(REMOVE);
    reply(remove, new Reply.Accepted());

    core.run(core.link::connect);

    assertThat(core.link.command().command())
        .isEqualTo(new ReportOutcome(remove.id(), remove.operation()));
  }

  @Test
  void aHostThatLostItsJournalLeavesNothingOpen() {
    var before = sent(REMOVE);
    reply(before, new Reply.Accepted());
    core.clock.forward(Duration.ofSeconds(10));
    var lost = core.clock.instant();
    core.clock.forward(Duration.ofSeconds(10));
    var after = sent(REMOVE);
    reply(after, new Reply.Accepted());

    core.on(() -> core.ledger.replies().journalLost(LAB1, lost));

    assertThat(only(get(before.operation())).problem().orElseThrow().code())
        .isEqualTo(ProblemCode.INTERRUPTED);
    assertThat(only(get(after.operation())).state()).isEqualTo(State.ACCEPTED);
  }

  @Test
  void progressIsSeenWhileItRunsAndRaisesTheRevision() {
    var command = sent(REMOVE);
    reply(command, new Reply.Accepted());
    var before = get(command.operation());
    var progress = new Reply.Progress("half", Optional.of(0.5));
    reply(command, progress);

    core.on(core.ledger.replies()::flushProgress);

    var after = get(command.operation());
    assertThat(only(after).progress()).hasValue(progress);
    assertThat(after.revision()).isGreaterThan(before.revision());
    reply(command, DONE);
    assertThat(only(get(command.operation())).progress()).isEmpty();
  }

  @Test
  void waitingEndsWithTheNextChange() {
    var command = sent(REMOVE);
    var seen = get(command.operation());
    var waiting = core.ledger.await(seen.id(), seen.revision(), Duration.ofSeconds(60));

    reply(command, new Reply.Accepted());

    assertThat(only(CoreFixture.await(waiting)).state()).isEqualTo(State.ACCEPTED);
  }

  @Test
  void waitingEndsWithTheTimeAndAtOnceWhereThereIsNothingToWaitFor() {
    var command = sent(REMOVE);
    var seen = get(command.operation());
    var unchanged =
        CoreFixture.await(core.ledger.await(seen.id(), seen.revision(), Duration.ofMillis(50)));
    assertThat(unchanged).isEqualTo(seen);
    reply(command, DONE);

    var done = CoreFixture.await(core.ledger.await(seen.id(), 1_000, Duration.ofSeconds(60)));

    assertThat(done.state()).isEqualTo(OperationView.State.SUCCEEDED);
    var unknown = core.ledger.await(OperationId.next(), 0, Duration.ofSeconds(60));
    assertThatThrownBy(() -> CoreFixture.await(unknown)).hasMessageContaining("no operation");
  }

  @Test
  void theListIsNewestFirstInPagesAndByState() {
    var first = sent(REMOVE).operation();
    var second = sent(REMOVE);
    var third = sent(REMOVE).operation();
    reply(second, DONE);

    assertThat(list())
        .extracting(OperationView::id)
        .containsExactly(third, second.operation(), first);
    assertThat(page(2, Optional.empty(), Optional.empty()))
        .extracting(OperationView::id)
        .containsExactly(third, second.operation());
    assertThat(page(2, Optional.of(third), Optional.of(OperationView.State.RUNNING)))
        .extracting(OperationView::id)
        .containsExactly(first);
  }

  @Test
  void afterARestartWhatIsQueuedIsSentAndAbandonedStreamsEnd() {
    var written = submit(REMOVE);
    var stream = submit(exec(true));
    core.close();
    core = new CoreFixture(folder);

    core.on(core.ledger::endAbandonedStreams);
    core.run(core.link::connect);

    assertThat(only(get(stream)).problem().orElseThrow().message()).contains("was restarted");
    assertThat(List.of(core.link.command(), core.link.command()))
        .extracting(Envelope::command)
        .containsExactlyInAnyOrder(REMOVE, new Cancel(only(stream).command()));
    reached(written, State.SENT);
  }

  @Test
  void whatEndedLongAgoIsForgotten() {
    var ended = sent(REMOVE);
    reply(ended, DONE);
    var open = sent(REMOVE);
    core.clock.forward(OperationLedger.RETENTION.plusSeconds(1));

    core.on(core.ledger::sweep);

    assertThat(list()).extracting(OperationView::id).containsExactly(open.operation());
  }

  private Envelope sent(Command command) {
    if (!core.link.connected()) {
      core.run(core.link::connect);
    }
    reached(submit(command), State.SENT);
    return core.link.command();
  }

  private OperationView submit(Command command) {
    return CoreFixture.await(core.ledger.submit(request(LAB1, command, Optional.empty())));
  }

  private static OperationRequest request(HostId host, Command command, Optional<String> key) {
    return new OperationRequest("a test", List.of(new Target(host, command)), MINUTE, key);
  }

  private static Exec exec(boolean stream) {
    return new Exec(
        WEB,
        List.of("true"),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        stream);
  }

  private void reply(Envelope command, Reply reply) {
    var message =
        new ReplyMessage(
            command.id(), command.operation(), command.host(), core.clock.instant(), reply);
    core.on(() -> core.ledger.replies().reply(message));
  }

  /** The operation once its only target is in a state. */
  private OperationView reached(OperationView operation, State state) {
    var view = get(operation);
    while (only(view).state() != state) {
      view =
          CoreFixture.await(core.ledger.await(view.id(), view.revision(), Duration.ofSeconds(10)));
    }
    return view;
  }

  private OperationView get(OperationView operation) {
    return get(operation.id());
  }

  private OperationView get(OperationId id) {
    return CoreFixture.await(core.ledger.get(id));
  }

  private List<OperationView> list() {
    return page(100, Optional.empty(), Optional.empty());
  }

  private List<OperationView> page(
      int limit, Optional<OperationId> before, Optional<OperationView.State> state) {
    return CoreFixture.await(core.ledger.list(limit, before, state));
  }

  private static TargetView only(OperationView operation) {
    assertThat(operation.targets()).hasSize(1);
    return operation.targets().getFirst();
  }

  private List<String> log() {
    return CoreFixture.await(core.journal.latest(100)).stream().map(FleetEvent::kind).toList();
  }
}

package berth.controller.operation;

import static berth.controller.CoreFixture.LAB1;
import static berth.controller.CoreFixture.LAB2;
import static berth.controller.CoreFixture.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.controller.CoreFixture;
import berth.controller.model.OperationView;
import berth.controller.operation.OperationRequest.Target;
import berth.controller.operation.ProgramOutput.Patience;
import berth.protocol.Bytes;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.OperationId;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Signal;
import berth.protocol.WindowSize;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.HostCommand.Cancel;
import berth.protocol.command.ProcessCommand.Exec;
import berth.protocol.command.Terminal;
import berth.protocol.reply.Reply;
import berth.protocol.reply.ReplyMessage;
import berth.protocol.reply.Result.ProcessResult;
import berth.protocol.stream.Input;
import berth.protocol.stream.Input.OutputCredit;
import berth.protocol.stream.Input.ProgramSignal;
import berth.protocol.stream.Input.Resize;
import berth.protocol.stream.Input.StdinChunk;
import berth.protocol.stream.Input.StdinEnd;
import berth.protocol.stream.Output;
import berth.protocol.stream.Output.Channel;
import berth.protocol.stream.Output.InputCredit;
import berth.protocol.stream.Output.OutputChunk;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CreditedStreamsTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(100);

  @TempDir Path folder;
  private CoreFixture core;
  private CreditedStreams streams;

  @BeforeEach
  void open() {
    core = new CoreFixture(folder);
    core.come(LAB1);
    core.run(core.link::connect);
  }

  @AfterEach
  void close() {
    core.close();
  }

  @Test
  void chunksComeInOrderOnceAndThenTheEnd() throws Exception {
    streams(new Patience(LONG, LONG, LONG));
    var command = exec(false);
    var reader = attached(command);

    output(command, chunk(2), chunk(1), chunk(1), chunk(3), chunk(2));
    reply(command, exited(4));
    output(command, chunk(4));

    assertThat(reader.end().state()).isEqualTo(OperationView.State.SUCCEEDED);
    assertThat(reader.taken()).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void whatCameBeforeTheReaderIsKeptForIt() throws Exception {
    streams(new Patience(LONG, LONG, LONG));
    var command = exec(false);
    output(command, chunk(1), chunk(2));
    reply(command, exited(2));

    var reader = attached(command);

    reader.end();
    assertThat(reader.taken()).containsExactly(1L, 2L);
  }

  @Test
  void aReaderThatIsSlowHoldsTheProgramBack() throws Exception {
    streams(new Patience(LONG, LONG, LONG));
    var command = exec(false);
    var reader = new Reader(false);
    CoreFixture.await(streams.attach(command.operation(), reader));

    for (var number = 1; number <= Output.INITIAL_CREDIT; number++) {
      output(command, chunk(number));
    }
    assertThat(core.link.restOfInputs()).isEmpty();
    for (var taken = 0; taken < Output.INITIAL_CREDIT; taken++) {
      reader.takeOne();
    }

    var credits = new ArrayList<Input>();
    while (!credits.contains(new OutputCredit(2L * Output.INITIAL_CREDIT))) {
      credits.add(core.link.input());
    }
    assertThat(credits).hasSizeLessThan(Output.INITIAL_CREDIT / 2);
  }

  @Test
  void whatWasNotAllowedIsDropped() throws Exception {
    streams(new Patience(LONG, LONG, SHORT));
    var command = exec(false);
    output(command, chunk(Output.INITIAL_CREDIT + 1));
    var reader = attached(command);
    output(command, chunk(1));
    reply(command, failed());

    reader.end();
    assertThat(reader.taken()).containsExactly(1L);
  }

  @Test
  void outputThatIsMissingInTheEndIsTold() throws Exception {
    streams(new Patience(LONG, SHORT, LONG));
    var command = exec(false);
    var reader = attached(command);
    output(command, chunk(1), chunk(3));

    reply(command, exited(3));

    assertThat(reader.broken().message()).contains("after piece 1 of 3");
    assertThat(reader.taken()).containsExactly(1L);
  }

  @Test
  void aProgramThatNobodyReadsIsCancelled() {
    streams(new Patience(SHORT, LONG, LONG));
    var command = exec(false);

    assertThat(core.link.command().command()).isEqualTo(new Cancel(command.id()));
    reply(command, new Reply.Failed(new Problem(ProblemCode.CANCELLED, "killed")));

    assertThat(problem(command).message()).startsWith("killed: nobody read its output");
    assertThatThrownBy(() -> attached(command)).hasMessageContaining("is gone");
  }

  @Test
  void aReaderThatGoesAwayCancelsTheProgram() {
    streams(new Patience(LONG, LONG, LONG));
    var command = exec(false);
    var attachment = CoreFixture.await(streams.attach(command.operation(), new Reader(true)));

    attachment.detach();
    attachment.detach();

    assertThat(core.link.command().command()).isEqualTo(new Cancel(command.id()));
    core.on(() -> core.ledger.get(command.operation()));
    assertThat(core.link.rest()).isEmpty();
  }

  @Test
  void aReaderThatFailsCancelsTheProgram() {
    streams(new Patience(LONG, LONG, LONG));
    var command = exec(false);
    var failing =
        new Reader(true) {
          @Override
          public Future<Void> chunk(OutputChunk chunk) {
            throw new IllegalStateException("on purpose");
          }
        };
    CoreFixture.await(streams.attach(command.operation(), failing));

    output(command, chunk(1));

    assertThat(core.link.command().command()).isEqualTo(new Cancel(command.id()));
  }

  @Test
  void aCommandThatExpiresEndsItsOutput() throws Exception {
    streams(new Patience(LONG, LONG, SHORT));
    var command = exec(false);
    var reader = attached(command);
    core.clock.forward(LONG.multipliedBy(2));

    core.on(core.ledger::tick);

    assertThat(reader.end().state()).isEqualTo(OperationView.State.FAILED);
  }

  @Test
  void creditThatMayBeLostIsSentAgain() {
    streams(new Patience(LONG, LONG, LONG));
    var command = exec(false);
    attached(command);
    core.link.fail(ProblemCode.UNAVAILABLE);
    output(command, chunk(1), chunk(2), chunk(3), chunk(4));
    core.run(() -> {});
    assertThat(core.link.restOfInputs()).isEmpty();

    core.run(core.link::connect);

    assertThat(core.link.input()).isEqualTo(new OutputCredit(Output.INITIAL_CREDIT + 4));
  }

  @Test
  void anotherHostCannotSpeakForTheProgram() throws Exception {
    streams(new Patience(LONG, LONG, SHORT));
    var command = exec(false);
    var reader = attached(command);

    core.run(() -> streams.output(LAB2, command.id(), chunk(1)));
    reply(command, failed());

    reader.end();
    assertThat(reader.taken()).isEmpty();
  }

  @Test
  void attachingFailsWhereThereIsNothingToRead() {
    streams(new Patience(LONG, LONG, LONG));
    var command = exec(false);
    attached(command);
    var remove = submit(new RemoveContainer(WEB, false));

    assertThatThrownBy(() -> attached(command)).hasMessageContaining("has a reader");
    assertThatThrownBy(() -> attached(remove)).hasMessageContaining("has no output");
    assertThatThrownBy(
            () -> CoreFixture.await(streams.attach(OperationId.next(), new Reader(true))))
        .hasMessageContaining("no operation");
  }

  @Test
  void inputGoesInPiecesAsFarAsTheHostAllows() {
    streams(new Patience(LONG, LONG, LONG));
    var command = exec(true);
    var writer = CoreFixture.await(streams.input(command.operation()));
    var data = Bytes.of(new byte[2 * Output.CHUNK_BYTES + 1]);
    var written = writer.write(data);
    var ended = writer.end();
    core.run(() -> {});
    assertThat(core.link.restOfInputs()).isEmpty();

    output(command, new InputCredit(2));
    assertThat(List.of(core.link.input(), core.link.input()))
        .allSatisfy(piece -> assertThat(((StdinChunk) piece).data().length()).isEqualTo(64 * 1024));
    assertThat(written.isComplete()).isFalse();
    output(command, new InputCredit(3));

    CoreFixture.await(written.compose(_ -> ended));
    assertThat(core.link.input()).isEqualTo(new StdinChunk(3, Bytes.of(new byte[1])));
    assertThat(core.link.input()).isEqualTo(new StdinEnd(4));
  }

  @Test
  void theEndOfAnEmptyInputWaitsUntilSomebodyListens() {
    streams(new Patience(LONG, LONG, LONG));
    var command = exec(true);
    var ended = CoreFixture.await(streams.input(command.operation())).end();
    core.run(() -> {});
    assertThat(core.link.restOfInputs()).isEmpty();

    output(command, new InputCredit(16));

    CoreFixture.await(ended);
    assertThat(core.link.input()).isEqualTo(new StdinEnd(1));
  }

  @Test
  void inputThatMayBeLostIsSentAgainUnderItsNumber() {
    streams(new Patience(LONG, LONG, LONG));
    var command = exec(true);
    var writer = CoreFixture.await(streams.input(command.operation()));
    core.link.fail(ProblemCode.UNAVAILABLE);
    output(command, new InputCredit(16));
    CoreFixture.await(writer.write(Bytes.of("one")));
    var second = writer.write(Bytes.of("two"));
    output(command, new InputCredit(17));

    core.run(core.link::connect);
    CoreFixture.await(second);

    assertThat(core.link.input()).isEqualTo(new StdinChunk(1, Bytes.of("one")));
    assertThat(core.link.input()).isEqualTo(new StdinChunk(2, Bytes.of("two")));
  }

  @Test
  void anInputThatBreaksOffEndsTheProgram() {
    streams(new Patience(LONG, LONG, LONG));
    var command = exec(true);
    var writer = CoreFixture.await(streams.input(command.operation()));
    output(command, new InputCredit(16));
    CoreFixture.await(writer.write(Bytes.of("half of")));

    writer.broken();

    assertThat(core.link.command().command()).isEqualTo(new Cancel(command.id()));
    assertThat(core.link.restOfInputs()).hasSize(1);
  }

  @Test
  void writingToAProgramThatHasEndedFails() {
    streams(new Patience(LONG, LONG, LONG));
    var command = exec(true);
    var writer = CoreFixture.await(streams.input(command.operation()));
    var waiting = writer.write(Bytes.of("never wanted"));

    reply(command, exited(0));

    assertThatThrownBy(() -> CoreFixture.await(waiting)).hasMessageContaining("has ended");
    assertThatThrownBy(() -> CoreFixture.await(writer.end())).hasMessageContaining("has ended");
  }

  @Test
  void anInputHasOneWriter() {
    streams(new Patience(LONG, LONG, LONG));
    var command = exec(true);
    CoreFixture.await(streams.input(command.operation()));

    assertThatThrownBy(() -> CoreFixture.await(streams.input(command.operation())))
        .hasMessageContaining("has a writer");
    var without = exec(false);
    assertThatThrownBy(() -> CoreFixture.await(streams.input(without.operation())))
        .hasMessageContaining("has no input");
  }

  @Test
  void theTerminalOfALostConnectionWaitsForAnotherAndLosesNothing() throws Exception {
    streams(new Patience(LONG, LONG, LONG, LONG));
    var command = shell(false);
    var first = new Reader(false);
    var attachment = CoreFixture.await(streams.attach(command.operation(), first));
    output(command, chunk(1));
    first.takeOne();
    output(command, chunk(2));

    attachment.lost();
    core.run(() -> {});
    output(command, chunk(3));
    var second = attached(command);
    reply(command, exited(3));

    second.end();
    assertThat(second.taken()).containsExactly(2L, 3L);
    assertThat(core.link.rest()).isEmpty();
  }

  @Test
  void aTerminalThatNobodyComesBackToIsCancelled() {
    streams(new Patience(LONG, LONG, LONG, SHORT));
    var command = shell(false);
    var attachment = CoreFixture.await(streams.attach(command.operation(), new Reader(true)));

    attachment.lost();

    assertThat(core.link.command().command()).isEqualTo(new Cancel(command.id()));
  }

  @Test
  void aClosedTerminalIsCancelledAtOnce() {
    streams(new Patience(LONG, LONG, LONG, LONG));
    var command = shell(false);
    CoreFixture.await(streams.attach(command.operation(), new Reader(true))).detach();

    assertThat(core.link.command().command()).isEqualTo(new Cancel(command.id()));
  }

  @Test
  void aKeptProgramGoesOnAndItsLastOutputWaits() throws Exception {
    streams(new Patience(LONG, LONG, LONG, SHORT));
    var command = shell(true);
    var attachment = CoreFixture.await(streams.attach(command.operation(), new Reader(true)));
    attachment.detach();
    core.run(() -> {});

    for (var number = 1L; number <= 100; number++) {
      output(command, new OutputChunk(number, Channel.STDOUT, Bytes.of(new byte[64 * 1024])));
    }
    var again = attached(command);
    output(command, chunk(101));
    reply(command, exited(101));

    again.end();
    assertThat(again.taken()).containsExactly(97L, 98L, 99L, 100L, 101L);
    assertThat(again.missed).isEqualTo(96L * 64 * 1024);
    assertThat(core.link.rest()).isEmpty();
  }

  @Test
  void anotherMayWriteOnceAWriterHasGone() {
    streams(new Patience(LONG, LONG, LONG));
    var command = shell(true);
    CoreFixture.await(streams.input(command.operation())).release();
    core.run(() -> {});

    CoreFixture.await(streams.input(command.operation()));
  }

  @Test
  void sizesAndSignalsWaitForTheProgramAndAreSentAgainUnderTheirNumbers() {
    streams(new Patience(LONG, LONG, LONG));
    var command = shell(true);
    var writer = CoreFixture.await(streams.input(command.operation()));
    var size = new WindowSize(132, 50);
    writer.resize(size);
    core.run(() -> {});
    assertThat(core.link.restOfInputs()).isEmpty();

    output(command, new InputCredit(16));
    assertThat(core.link.input()).isEqualTo(new Resize(1, size));
    core.link.fail(ProblemCode.UNAVAILABLE);
    writer.signal(Signal.of("HUP"));
    core.run(() -> {});
    core.run(core.link::connect);

    assertThat(core.link.input()).isEqualTo(new ProgramSignal(2, Signal.of("HUP")));
  }

  private Envelope shell(boolean keep) {
    var none = Optional.<String>empty();
    var terminal = Optional.of(new Terminal(new WindowSize(80, 24), "xterm"));
    return submit(
        new Exec(
            WEB,
            List.of("sh"),
            Map.of(),
            none,
            none,
            Optional.empty(),
            true,
            true,
            terminal,
            keep));
  }

  private void streams(Patience patience) {
    streams = new CreditedStreams(core.context, core.ledger, core.link, patience);
  }

  private Envelope exec(boolean stdin) {
    var none = Optional.<String>empty();
    return submit(
        new Exec(WEB, List.of("cat"), Map.of(), none, none, Optional.empty(), stdin, true));
  }

  private Envelope submit(berth.protocol.command.Command command) {
    var target = List.of(new Target(LAB1, command));
    CoreFixture.await(
        core.ledger.submit(new OperationRequest("a test", target, LONG, Optional.empty())));
    return core.link.command();
  }

  private Reader attached(Envelope command) {
    var reader = new Reader(true);
    CoreFixture.await(streams.attach(command.operation(), reader));
    return reader;
  }

  private void output(Envelope command, Output... messages) {
    for (var message : messages) {
      core.run(() -> streams.output(LAB1, command.id(), message));
    }
  }

  private void reply(Envelope command, Reply reply) {
    HostId host = command.host();
    var at = core.clock.instant();
    var message = new ReplyMessage(command.id(), command.operation(), host, at, reply);
    core.on(() -> core.ledger.replies().reply(message));
  }

  private Problem problem(Envelope command) {
    var view = CoreFixture.await(core.ledger.get(command.operation()));
    return view.targets().getFirst().problem().orElseThrow();
  }

  private static OutputChunk chunk(long number) {
    return new OutputChunk(number, Channel.STDOUT, Bytes.of("chunk " + number));
  }

  private static Reply exited(long chunks) {
    var nothing = Bytes.of("");
    return new Reply.Succeeded(
        new ProcessResult(Optional.of(0), Optional.empty(), chunks, nothing, nothing));
  }

  private static Reply failed() {
    return new Reply.Failed(new Problem(ProblemCode.TIMEOUT, "took too long"));
  }

  /** Takes chunks at once, or each when told. */
  private static class Reader implements OutputReader {
    private final boolean eager;
    private final List<Long> taken = new ArrayList<>();
    private final BlockingQueue<Promise<Void>> waiting = new LinkedBlockingQueue<>();
    private final BlockingQueue<OperationView> ends = new LinkedBlockingQueue<>();
    private final BlockingQueue<Problem> problems = new LinkedBlockingQueue<>();
    private volatile long missed;

    Reader(boolean eager) {
      this.eager = eager;
    }

    void takeOne() throws InterruptedException {
      waiting.poll(20, TimeUnit.SECONDS).complete();
    }

    List<Long> taken() {
      return taken;
    }

    OperationView end() throws InterruptedException {
      return ends.poll(20, TimeUnit.SECONDS);
    }

    Problem broken() throws InterruptedException {
      return problems.poll(20, TimeUnit.SECONDS);
    }

    @Override
    public Future<Void> chunk(OutputChunk chunk) {
      taken.add(chunk.sequence());
      var promise = Promise.<Void>promise();
      if (eager) {
        promise.complete();
      } else {
        waiting.add(promise);
      }
      return promise.future();
    }

    @Override
    public void missed(long bytes) {
      missed = bytes;
    }

    @Override
    public void end(OperationView view) {
      ends.add(view);
    }

    @Override
    public void broken(Problem problem, OperationView view) {
      problems.add(problem);
    }
  }
}

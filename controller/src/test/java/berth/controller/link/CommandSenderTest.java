package berth.controller.link;

import static berth.controller.CoreFixture.LAB1;
import static berth.controller.CoreFixture.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.CoreFixture;
import berth.controller.MovableClock;
import berth.protocol.BerthException;
import berth.protocol.CommandId;
import berth.protocol.Envelope;
import berth.protocol.OperationId;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.command.Command;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.HostCommand.ReportState;
import berth.protocol.command.ProcessCommand.Exec;
import berth.protocol.mqtt.LinkException;
import berth.protocol.mqtt.Outgoing;
import berth.protocol.mqtt.Publisher;
import berth.protocol.stream.Input.OutputCredit;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommandSenderTest {
  private final MovableClock clock = new MovableClock();
  private final List<Outgoing> published = new ArrayList<>();
  private final CommandSender sender = new CommandSender(new FakePublisher(), () -> true, clock);
  private Future<Void> answer = Future.succeededFuture();

  @Test
  void aCommandGoesToItsHostAndLivesUntilItsDeadline() {
    var command = command(new RemoveContainer(WEB, false));

    CoreFixture.await(sender.send(command));

    var message = published.getFirst();
    assertThat(message.topic()).isEqualTo("berth/1/h/lab1/command");
    assertThat(message.expiresAt()).hasValue(command.deadline());
    assertThat(Wire.read(message.payload().getBytes(), Envelope.class)).isEqualTo(command);
  }

  @Test
  void whatIsForAProgramGoesToItsInput() {
    var id = CommandId.next();

    CoreFixture.await(sender.send(LAB1, id, new OutputCredit(32)));

    assertThat(published.getFirst().topic()).isEqualTo("berth/1/h/lab1/input/" + id);
  }

  @Test
  void aHostIsAskedForItsStateForAMinute() {
    sender.askForState(LAB1);

    var message = published.getFirst();
    assertThat(Wire.read(message.payload().getBytes(), Envelope.class).command())
        .isEqualTo(new ReportState());
    assertThat(message.expiresAt()).hasValue(clock.instant().plus(Duration.ofMinutes(1)));
  }

  @Test
  void whatGoesWrongIsToldInOurWords() {
    assertThat(code(new LinkException.Down("gone"))).isEqualTo(ProblemCode.UNAVAILABLE);
    assertThat(code(new LinkException.Busy("full"))).isEqualTo(ProblemCode.UNAVAILABLE);
    assertThat(code(new LinkException.Refused("quota", 0x97))).isEqualTo(ProblemCode.UNAVAILABLE);
    assertThat(code(new LinkException.Refused("no", 0x87))).isEqualTo(ProblemCode.FAILED);
    assertThat(code(new LinkException.Expired("late"))).isEqualTo(ProblemCode.EXPIRED);
  }

  @Test
  void whatNoBrokerWouldTakeIsNotSent() {
    var huge = List.of("echo", "x".repeat(1_000_000));
    var none = Optional.<String>empty();
    var exec = new Exec(WEB, huge, Map.of(), none, none, Optional.empty(), false, false);

    var failure = sender.send(command(exec)).cause();

    assertThat(BerthException.problemOf(failure).code()).isEqualTo(ProblemCode.TOO_LARGE);
    assertThat(published).isEmpty();
  }

  private ProblemCode code(LinkException failure) {
    answer = Future.failedFuture(failure);
    var told = sender.send(command(new RemoveContainer(WEB, false))).cause();
    return BerthException.problemOf(told).code();
  }

  private Envelope command(Command command) {
    var now = clock.instant();
    return new Envelope(
        CommandId.next(), OperationId.next(), LAB1, now, now.plusSeconds(60), command);
  }

  private final class FakePublisher implements Publisher {
    @Override
    public Future<Void> publish(Outgoing message) {
      published.add(message);
      return answer;
    }

    @Override
    public void whenConnected(Runnable action) {
      action.run();
    }
  }
}

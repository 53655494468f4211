package berth.controller.link;

import static berth.controller.CoreFixture.LAB1;
import static berth.controller.CoreFixture.LAB2;
import static berth.controller.CoreFixture.WEB;
import static berth.controller.CoreFixture.presence;
import static berth.controller.CoreFixture.state;
import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.CoreFixture;
import berth.controller.model.FleetEvent;
import berth.controller.model.TargetView;
import berth.controller.operation.CreditedStreams;
import berth.controller.operation.OperationRequest;
import berth.controller.operation.OperationRequest.Target;
import berth.protocol.Bytes;
import berth.protocol.CommandId;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.OperationId;
import berth.protocol.Topics;
import berth.protocol.Topics.Kind;
import berth.protocol.Wire;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.event.Event;
import berth.protocol.event.Event.ContainerRemoved;
import berth.protocol.event.Event.JournalLost;
import berth.protocol.event.EventMessage;
import berth.protocol.mqtt.Qos;
import berth.protocol.mqtt.Received;
import berth.protocol.reply.Reply;
import berth.protocol.reply.ReplyMessage;
import berth.protocol.state.Presence.Status;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentInboxTest {
  @TempDir Path folder;
  private CoreFixture core;
  private AgentInbox inbox;

  @BeforeEach
  void open() {
    core = new CoreFixture(folder);
    var streams = new CreditedStreams(core.context, core.ledger, core.link);
    inbox = new AgentInbox(core.vertx, core.fleet, core.ledger, streams);
  }

  @AfterEach
  void close() {
    core.close();
  }

  @Test
  void aReplyIsAcknowledgedOnceItIsInTheDatabase() {
    var command = sent();

    CoreFixture.await(receive(LAB1, Kind.REPLY, accepted(command, LAB1), false));

    assertThat(targetState(command)).isEqualTo(TargetView.State.ACCEPTED);
  }

  @Test
  void whatTheDatabaseCannotTakeIsNotAcknowledged() {
    var command = sent();
    CoreFixture.await(core.database.close());

    var acknowledged = receive(LAB1, Kind.REPLY, accepted(command, LAB1), false);

    core.run(() -> {});
    assertThat(acknowledged.isComplete()).isFalse();
  }

  @Test
  void whatIsNoMessageOfOursIsDroppedForGood() {
    CoreFixture.await(receive("berth/1/h/lab1/reply", Buffer.buffer("{"), false));
    CoreFixture.await(receive("berth/1/h/lab1/event", Buffer.buffer("{}"), false));
    CoreFixture.await(receive("something/else", Buffer.buffer("{}"), false));

    assertThat(CoreFixture.await(core.journal.latest(9))).isEmpty();
  }

  @Test
  void aHostSpeaksForItselfAlone() {
    var command = sent();

    CoreFixture.await(receive(LAB2, Kind.REPLY, accepted(command, LAB1), false));
    CoreFixture.await(receive(LAB2, Kind.STATE, state(LAB1, 9, 9), false));

    assertThat(targetState(command)).isEqualTo(TargetView.State.SENT);
    assertThat(core.fleet.host(LAB1).facts()).isEmpty();
  }

  @Test
  void whatABrokerNeverKeepsIsASignOfLifeAndNothingElse() {
    core.on(() -> core.fleet.presence(presence(LAB1, Status.ONLINE, 1, 1), true));
    CoreFixture.await(receive(LAB1, Kind.STATE, state(LAB1, 1, 0), true));
    CoreFixture.await(receive(LAB1, Kind.STATE, state(LAB1, 1, 0), false));
    CoreFixture.await(receive(LAB1, Kind.EVENT, event(new ContainerRemoved(WEB)), false));
    assertThat(core.fleet.online(LAB1)).isFalse();

    CoreFixture.await(receive("berth/1/h/lab1/metrics", Buffer.buffer("page"), false));

    assertThat(core.fleet.online(LAB1)).isTrue();
    assertThat(core.fleet.metrics(LAB1).orElseThrow().gzip()).isEqualTo(Bytes.of("page"));
  }

  @Test
  void theAnswerToARequestForStateIsASignOfLife() {
    core.on(() -> core.fleet.presence(presence(LAB1, Status.ONLINE, 1, 1), true));

    CoreFixture.await(receive(LAB1, Kind.REPLY, accepted(core.lastRequest), false));

    assertThat(core.fleet.online(LAB1)).isTrue();
  }

  @Test
  void aHostThatComesIsKnownAndItsEventsAreInTheLog() {
    var online = presence(LAB1, Status.ONLINE, 1, 1);
    CoreFixture.await(receive(LAB1, Kind.PRESENCE, online, false));
    CoreFixture.await(receive(LAB1, Kind.STATE, state(LAB1, 1, 0), true));
    CoreFixture.await(receive(LAB1, Kind.EVENT, event(new ContainerRemoved(WEB)), false));

    assertThat(core.fleet.online(LAB1)).isTrue();
    assertThat(CoreFixture.await(core.journal.latest(9)))
        .extracting(FleetEvent::kind)
        .containsExactly("host-online", "container-removed");
  }

  @Test
  void aLostJournalEndsWhatTheHostHadAccepted() {
    var command = sent();
    CoreFixture.await(receive(LAB1, Kind.REPLY, accepted(command, LAB1), false));
    core.clock.forward(Duration.ofSeconds(1));

    CoreFixture.await(receive(LAB1, Kind.EVENT, event(new JournalLost("/x")), false));

    assertThat(targetState(command)).isEqualTo(TargetView.State.FAILED);
  }

  private Envelope sent() {
    core.come(LAB1);
    core.run(core.link::connect);
    var target = new Target(LAB1, new RemoveContainer(WEB, false));
    var request =
        new OperationRequest("a test", List.of(target), Duration.ofMinutes(1), Optional.empty());
    var view = CoreFixture.await(core.ledger.submit(request));
    while (view.targets().getFirst().state() != TargetView.State.SENT) {
      view =
          CoreFixture.await(core.ledger.await(view.id(), view.revision(), Duration.ofSeconds(10)));
    }
    return core.link.command();
  }

  private TargetView.State targetState(Envelope command) {
    return CoreFixture.await(core.ledger.get(command.operation())).targets().getFirst().state();
  }

  private ReplyMessage accepted(Envelope command, HostId host) {
    var at = core.clock.instant();
    return new ReplyMessage(command.id(), command.operation(), host, at, new Reply.Accepted());
  }

  private ReplyMessage accepted(CommandId requestForState) {
    var at = core.clock.instant();
    return new ReplyMessage(requestForState, OperationId.next(), LAB1, at, new Reply.Accepted());
  }

  private EventMessage event(Event event) {
    return new EventMessage(LAB1, 1, 1, core.clock.instant(), event);
  }

  private Future<Void> receive(HostId from, Kind kind, Object message, boolean retained) {
    return receive(Topics.of(from, kind), Buffer.buffer(Wire.write(message)), retained);
  }

  /** Done when the message was acknowledged. */
  private Future<Void> receive(String topic, Buffer payload, boolean retained) {
    var acknowledged = Promise.<Void>promise();
    var message =
        new Received(
            topic,
            payload,
            Map.of(),
            Qos.AT_LEAST_ONCE,
            false,
            retained,
            Optional.empty(),
            acknowledged::tryComplete);
    core.run(() -> inbox.received(message));
    return acknowledged.future();
  }
}

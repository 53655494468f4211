package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.OperationId;
import berth.protocol.Topics;
import berth.protocol.Wire;
import berth.protocol.command.ProcessCommand.Exec;
import berth.protocol.reply.Reply;
import berth.protocol.reply.ReplyMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What comes twice, or at the same time, happens once. */
@ExtendWith(Story.Extension.class)
class TwiceIT {
  private static final HostId LAB1 = new HostId("lab1");

  @Test
  void aCommandThatIsDeliveredTwiceRunsOnceAndItsReplyComesAgain(Story story) throws Exception {
    story.ok("create", "lab1/twice", "--image", "guest", "--start", "--wait", "ready");
    var vertx = Vertx.vertx();
    try {
      var replies = new LinkedBlockingQueue<Reply>();
      var options = new MqttClientOptions();
      options.setVersion(5);
      var client = MqttClient.create(vertx, options);
      var envelope = envelope();
      client.publishHandler(message -> {
        var reply = Wire.read(message.payload().getBytes(), ReplyMessage.class);
        if (reply.command().equals(envelope.id()) && reply.reply().last()) {
          replies.add(reply.reply());
        }
      });
      var broker = story.lab().controller().broker();
      await(client.connect(broker.getPort(), broker.getHost()));
      await(client.subscribe(Topics.of(LAB1, Topics.Kind.REPLY), 1));
      var bytes = Buffer.buffer(Wire.write(envelope));
      var topic = Topics.of(LAB1, Topics.Kind.COMMAND);

      await(client.publish(topic, bytes, MqttQoS.AT_LEAST_ONCE, false, false));
      var first = replies.poll(30, TimeUnit.SECONDS);
      await(client.publish(topic, bytes, MqttQoS.AT_LEAST_ONCE, false, false));
      var second = replies.poll(30, TimeUnit.SECONDS);

      assertThat(first).isInstanceOf(Reply.Succeeded.class);
      assertThat(second).isEqualTo(first);
      assertThat(story.host("lab1").run("cat", "/var/lib/machines/twice/root/count").out())
          .isEqualTo("x\n");
      await(client.disconnect());
    } finally {
      await(vertx.close());
    }
    story.ok("rm", "--force", "lab1/twice");
  }

  @Test
  void ofTwoCreatesOfOneNameOneWinsAndTheOtherIsTold(Story story) {
    for (var round = 0; round < 5; round++) {
      var one = story.berth().start("create", "lab1/race", "--image", "guest");
      var other = story.berth().start("create", "lab1/race", "--image", "guest");
      var ran = List.of(one.await(), other.await());
      assertThat(ran).extracting(Berth.Ran::exit).containsExactlyInAnyOrder(0, 1);
      var loser = ran.get(0).exit() == 0 ? ran.get(1) : ran.get(0);
      assertThat(loser.err()).contains("race", "already");
      story.ok("rm", "lab1/race");
      assertThat(story.leftovers("lab1")).isEmpty();
    }
  }

  private static Envelope envelope() {
    var exec =
        new Exec(
            new ContainerName("twice"),
            List.of("sh", "-c", "echo x >> /root/count"),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            false);
    var now = Instant.now();
    return new Envelope(CommandId.next(), OperationId.next(), LAB1, now, now.plusSeconds(60), exec);
  }

  private static void await(io.vertx.core.Future<?> future) throws Exception {
    future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}

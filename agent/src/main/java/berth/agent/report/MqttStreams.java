package berth.agent.report;

import berth.protocol.BerthException;
import berth.protocol.CommandId;
import berth.protocol.HostId;
import berth.protocol.Topics;
import berth.protocol.Wire;
import berth.protocol.mqtt.Outbox;
import berth.protocol.mqtt.Outgoing;
import berth.protocol.mqtt.Publisher;
import berth.protocol.mqtt.Received;
import berth.protocol.stream.Input;
import berth.protocol.stream.Output;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams over MQTT. Output is kept in memory until the broker has it, over lost connections too;
 * what bounds that memory is the credit that its reader gives, and for all readers together how
 * much may wait.
 */
public final class MqttStreams implements Streams {
  private static final Logger LOG = LoggerFactory.getLogger(MqttStreams.class);

  private final HostId host;
  private final WaitingOutput waiting;
  private final Outbox outbox;
  private final Map<CommandId, Consumer<Input>> inputs = new ConcurrentHashMap<>();
  private final Map<CommandId, Runnable> held = new ConcurrentHashMap<>();

  public MqttStreams(Vertx vertx, HostId host, Publisher publisher) {
    this.host = host;
    this.waiting = new WaitingOutput(() -> held.values().forEach(Runnable::run));
    this.outbox = new Outbox(vertx, publisher, waiting, (_, _) -> {});
  }

  @Override
  public Stream open(CommandId command, Consumer<Input> onInput) {
    inputs.put(command, onInput);
    var topic = Topics.of(host, Topics.Kind.OUTPUT, command);
    return new Stream() {
      @Override
      public void send(Output output) {
        waiting.append(Outgoing.of(topic, Buffer.buffer(Wire.write(output))));
        outbox.wake();
      }

      @Override
      public boolean hasRoom() {
        return waiting.hasRoom();
      }

      @Override
      public void onRoom(Runnable action) {
        held.put(command, action);
      }

      @Override
      public void close() {
        inputs.remove(command);
        held.remove(command);
      }
    };
  }

  /** Takes a message on an input topic to the stream that it is for, if that is open. */
  public void received(CommandId command, Received message) {
    var onInput = inputs.get(command);
    if (onInput != null) {
      try {
        onInput.accept(Wire.read(message.payload().getBytes(), Input.class));
      } catch (BerthException e) {
        LOG.warn("command={} bad input: {}", command, e.getMessage());
      }
    }
    message.acknowledge();
  }

  /** Sends no more. */
  public Future<Void> stop() {
    return outbox.stop();
  }
}

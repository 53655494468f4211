package berth.controller.broker;

import berth.protocol.mqtt.LinkException;
import berth.protocol.mqtt.MqttLink;
import berth.protocol.mqtt.MqttLinkOptions;
import berth.protocol.mqtt.MqttLinkOptions.Subscription;
import berth.protocol.mqtt.Outgoing;
import berth.protocol.mqtt.Qos;
import berth.protocol.mqtt.Received;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client of the broker under test, which keeps all that it hears. */
final class Client implements MqttLink.Listener {

  final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
  final BlockingQueue<Boolean> connected = new LinkedBlockingQueue<>();
  final BlockingQueue<LinkException.Down> disconnected = new LinkedBlockingQueue<>();
  private final MqttLink link;

  Client(Vertx vertx, String host, int port, String clientId, String... filters) {
    var subscriptions =
        List.of(filters).stream()
            .map(filter -> new Subscription(filter, Qos.AT_LEAST_ONCE))
            .toArray(Subscription[]::new);
    var options = MqttLinkOptions.of(host, port, clientId).subscribing(subscriptions);
    link = new MqttLink(vertx, options, Optional::empty, this);
    await(link.start());
  }

  Future<Void> publish(Outgoing message) {
    return link.publish(message);
  }

  void leave() {
    await(link.stop());
  }

  @Override
  public void connected(boolean sessionPresent) {
    connected.add(sessionPresent);
  }

  @Override
  public void disconnected(LinkException.Down reason) {
    disconnected.add(reason);
  }

  @Override
  public void received(Received message) {
    received.add(message);
    message.acknowledge();
  }

  static <T> T await(Future<T> future) {
    try {
      return future.await(90, TimeUnit.SECONDS);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError("not done within 90 s", e);
    }
  }

  static <T> T next(BlockingQueue<T> queue) {
    try {
      T one = queue.poll(30, TimeUnit.SECONDS);
      if (one == null) {
        throw new AssertionError("nothing came within 30 s");
      }
      return one;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

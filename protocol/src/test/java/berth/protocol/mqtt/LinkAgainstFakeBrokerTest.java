package berth.protocol.mqtt;

import static berth.protocol.mqtt.LinkFixture.await;
import static berth.protocol.mqtt.LinkFixture.failureOf;
import static berth.protocol.mqtt.LinkFixture.options;
import static berth.protocol.mqtt.LinkFixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttServer;
import io.vertx.mqtt.MqttServerOptions;
import io.vertx.mqtt.messages.codes.MqttDisconnectReasonCode;
import io.vertx.mqtt.messages.codes.MqttSubAckReasonCode;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What real brokers do seldom, or not when asked. */
class LinkAgainstFakeBrokerTest {

  private final LinkFixture links = new LinkFixture();
  private final AtomicInteger connections = new AtomicInteger();

  @AfterEach
  void stopAll() {
    links.close();
  }

  @Test
  void aLinkIsNotConnectedBeforeItsSubscriptionsAreGranted() {
    int port =
        broker(endpoint -> {
          boolean first = connections.incrementAndGet() == 1;
          endpoint.subscribeHandler(subscribe ->
              endpoint.subscribeAcknowledge(
                  subscribe.messageId(),
                  List.of(
                      first
                          ? MqttSubAckReasonCode.NOT_AUTHORIZED
                          : MqttSubAckReasonCode.GRANTED_QOS1),
                  MqttProperties.NO_PROPERTIES));
          endpoint.accept(true);
        });
    var ears = Ears.silent();

    links.connected(options(port, "subscriber", "t/#"), ears);

    assertThat(connections).hasValue(2);
    assertThat(List.copyOf(ears.connected)).hasSize(1);
    assertThat(ears.disconnected).as("never connected, never disconnected").isEmpty();
  }

  @Test
  void aSubscriptionGrantedWithLessThanAskedIsARefusal() {
    int port =
        broker(endpoint -> {
          boolean first = connections.incrementAndGet() == 1;
          endpoint.subscribeHandler(subscribe ->
              endpoint.subscribeAcknowledge(
                  subscribe.messageId(),
                  List.of(
                      first
                          ? MqttSubAckReasonCode.GRANTED_QOS0
                          : MqttSubAckReasonCode.GRANTED_QOS1),
                  MqttProperties.NO_PROPERTIES));
          endpoint.accept(true);
        });

    links.connected(options(port, "subscriber", "t/#"), Ears.silent());

    assertThat(connections).hasValue(2);
  }

  @Test
  void aRefusedConnectionIsTriedAgain() {
    int port =
        broker(endpoint -> {
          if (connections.incrementAndGet() < 3) {
            endpoint.reject(MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED_5);
          } else {
            endpoint.accept(false);
          }
        });

    links.connected(options(port, "refused"), Ears.silent());

    assertThat(connections).hasValue(3);
  }

  @Test
  void whyTheBrokerHungUpIsTold() {
    int port =
        broker(endpoint -> {
          connections.incrementAndGet();
          endpoint.publishHandler(_ ->
              endpoint.disconnect(
                  MqttDisconnectReasonCode.PAYLOAD_FORMAT_INVALID, MqttProperties.NO_PROPERTIES));
          endpoint.accept(false);
        });
    var ears = Ears.silent();
    var link = links.connected(options(port, "hung-up"), ears);

    var failure = failureOf(link.publish(Outgoing.of("t", text("not UTF-8, say"))));

    assertThat(failure).isInstanceOf(LinkException.Down.class).isSameAs(ears.awaitDisconnected());
    assertThat(((LinkException.Down) failure).reasonCode()).hasValue(0x99);
    assertThat(((LinkException.Down) failure).blamesMessage()).isTrue();
  }

  @Test
  void publishingOnALinkThatIsNotConnectedFailsAtOnce() {
    var link = links.link(options(1, "nobody-there"), Ears.silent());
    assertThat(failureOf(link.publish(Outgoing.of("t", text("x")))))
        .isInstanceOf(LinkException.Down.class);

    var started = link.start();

    assertThat(failureOf(link.publish(Outgoing.of("t", text("x")))))
        .isInstanceOf(LinkException.Down.class);
    await(link.stop());
    assertThat(started.failed()).isTrue();
  }

  private interface Conduct {
    void on(MqttEndpoint endpoint);
  }

  private int broker(Conduct conduct) {
    var server =
        MqttServer.create(links.vertx, new MqttServerOptions().setHost("127.0.0.1").setPort(0));
    return await(server.endpointHandler(conduct::on).listen()).actualPort();
  }
}

package berth.controller.link;

import berth.protocol.mqtt.LinkException;
import berth.protocol.mqtt.MqttLink;
import berth.protocol.mqtt.MqttLinkOptions;
import berth.protocol.mqtt.Received;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.Optional;

/**
 * The controller's connection to the broker, with a session that outlives it: what agents said
 * while it was away comes once it is back.
 */
public final class AgentLink {
  private final Context context;
  private final MqttLink link;
  private final CommandSender sender;
  private AgentInbox inbox;

  /**
   * A link that does nothing before {@link #start}.
   *
   * @param name of this controller among those that share a broker
   * @param context where messages come in and futures complete
   */
  public AgentLink(Vertx vertx, Context context, String host, int port, String name, Clock clock) {
    var options =
        MqttLinkOptions.of(host, port, "controller-" + name).subscribing(AgentInbox.SUBSCRIPTIONS);
    this.context = context;
    this.link = new MqttLink(vertx, options, Optional::empty, new ToInbox());
    this.sender = new CommandSender(link, link::isConnected, clock);
  }

  /** What gives the broker what is for the hosts. */
  public CommandSender sender() {
    return sender;
  }

  /** Begins to listen, and to reconnect for ever; done when connected for the first time. */
  public Future<Void> start(AgentInbox to) {
    var promise = Promise.<Void>promise();
    context.runOnContext(_ -> {
      inbox = to;
      link.start().onComplete(promise);
    });
    return promise.future();
  }

  /** Hangs up. */
  public Future<Void> stop() {
    return link.stop();
  }

  private final class ToInbox implements MqttLink.Listener {
    @Override
    public void connected(boolean sessionPresent) {
      // What agents said without a session is lost; their retained states tell the rest.
    }

    @Override
    public void disconnected(LinkException.Down reason) {
      // The link logs it and tries again by itself.
    }

    @Override
    public void received(Received message) {
      inbox.received(message);
    }
  }
}

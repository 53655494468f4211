package berth.agent.report;

import berth.protocol.HostId;
import berth.protocol.Topics;
import berth.protocol.Wire;
import berth.protocol.mqtt.Outgoing;
import berth.protocol.state.Presence;
import io.vertx.core.buffer.Buffer;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** Says whether this agent is connected: retained, and left behind as each connection's will. */
public final class AgentPresence {
  private final HostId host;
  private final String agentVersion;
  private final String bootId;
  private final long epoch;
  private final InstantSource clock;
  private final AtomicLong connection = new AtomicLong();

  public AgentPresence(
      HostId host, String agentVersion, String bootId, long epoch, InstantSource clock) {
    this.host = host;
    this.agentVersion = agentVersion;
    this.bootId = bootId;
    this.epoch = epoch;
    this.clock = clock;
  }

  /** The will of a connection that is about to be made; each call begins the next connection. */
  public Outgoing nextWill() {
    connection.incrementAndGet();
    return offline();
  }

  /** What is published once the connection stands. */
  public Outgoing online() {
    return message(Presence.Status.ONLINE);
  }

  /** What is published before the agent ends in good order. */
  public Outgoing offline() {
    return message(Presence.Status.OFFLINE);
  }

  private Outgoing message(Presence.Status status) {
    var presence =
        new Presence(host, status, agentVersion, bootId, epoch, connection.get(), clock.instant());
    return Outgoing.of(Topics.of(host, Topics.Kind.PRESENCE), Buffer.buffer(Wire.write(presence)))
        .asRetained();
  }
}

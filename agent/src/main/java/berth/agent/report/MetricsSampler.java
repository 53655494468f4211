package berth.agent.report;

import berth.protocol.HostId;
import berth.protocol.Topics;
import berth.protocol.mqtt.MqttLink;
import berth.protocol.mqtt.Outgoing;
import berth.protocol.mqtt.Qos;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the newest metrics now and then. A sample that is lost is followed by another. */
public final class MetricsSampler {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsSampler.class);

  private final Vertx vertx;
  private final HostId host;
  private final Supplier<byte[]> sample;
  private final MqttLink link;
  private boolean busy;

  /**
   * A sampler that does nothing before {@link #start}.
   *
   * @param sample makes one; called on a worker
   */
  public MetricsSampler(Vertx vertx, HostId host, Supplier<byte[]> sample, MqttLink link) {
    this.vertx = vertx;
    this.host = host;
    this.sample = sample;
    this.link = link;
  }

  /** Sends one at each connection and one each interval from now on. */
  public void start(Duration interval) {
    link.whenConnected(this::send);
    vertx.setPeriodic(interval.toMillis(), _ -> send());
  }

  private void send() {
    if (busy || !link.isConnected()) {
      return;
    }
    busy = true;
    var topic = Topics.of(host, Topics.Kind.METRICS);
    vertx
        .executeBlocking(sample::get)
        .map(bytes -> Outgoing.of(topic, Buffer.buffer(bytes)).with(Qos.AT_MOST_ONCE))
        .compose(link::publish)
        .onComplete(done -> {
          busy = false;
          if (done.failed()) {
            LOG.warn("a sample of metrics was not sent: {}", done.cause().toString());
          }
        });
  }
}

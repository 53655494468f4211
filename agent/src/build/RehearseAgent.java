import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.Envelope;
import berth.protocol.HostId;
import berth.protocol.OperationId;
import berth.protocol.Topics;
import berth.protocol.Wire;
import berth.protocol.command.ContainerCommand.StopContainer;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttServer;
import io.vertx.mqtt.MqttServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Has an installed agent record the classes that a start loads: it connects to a broker that is
 * played here, answers a command, reports, and is told to end; its JVM then leaves the cache. Run
 * by the launcher: {@code java -cp berth-agent.jar RehearseAgent.java FOLDER}.
 */
final class RehearseAgent {
  private static final HostId HOST = new HostId("rehearsal");

  private static final Set<String> HEARD = ConcurrentHashMap.newKeySet();
  private static final CountDownLatch ALL = new CountDownLatch(1);

  public static void main(String[] arguments) throws IOException, InterruptedException {
    var work = Files.createTempDirectory("berth-rehearsal");
    var vertx = Vertx.vertx();
    try {
      var server =
          MqttServer.create(vertx, new MqttServerOptions().setHost("127.0.0.1").setPort(0))
              .endpointHandler(RehearseAgent::serve);
      server.listen().await();
      var agent = start(Path.of(arguments[0]), configuration(work, server.actualPort()));
      if (!ALL.await(1, TimeUnit.MINUTES)) {
        System.err.println("the agent has said " + HEARD + " only");
      }
      agent.destroy();
      System.out.println("the agent ended with " + agent.waitFor());
    } finally {
      vertx.close().await();
      remove(work);
    }
    System.exit(ALL.getCount() == 0 ? 0 : 1);
  }

  private static Process start(Path installed, Path configuration) throws IOException {
    var builder =
        new ProcessBuilder(installed.resolve("bin/berth-agent").toString(), "" + configuration);
    builder.environment().put("BERTH_AGENT_TRAINING", "1");
    return builder.inheritIO().start();
  }

  private static Path configuration(Path work, int broker) throws IOException {
    return Files.writeString(
        work.resolve("agent.conf"),
        """
        host = %s
        broker = mqtt://127.0.0.1:%d
        controller = http://127.0.0.1:9
        pool.default = %s
        state = %s
        http = 127.0.0.1:0
        metrics.interval = PT1S
        """
            .formatted(
                HOST, broker, Files.createDirectory(work.resolve("pool")), work.resolve("state")));
  }

  private static void serve(MqttEndpoint endpoint) {
    endpoint.publishAutoAck(true);
    endpoint.subscriptionAutoAck(true);
    endpoint.subscribeHandler(
        _ -> endpoint.publish(topic(), command(), MqttQoS.AT_LEAST_ONCE, false, false));
    endpoint.publishHandler(message -> {
      HEARD.add(message.topicName().substring(message.topicName().lastIndexOf('/') + 1));
      if (HEARD.containsAll(Set.of("presence", "state", "reply", "metrics"))) {
        ALL.countDown();
      }
    });
    endpoint.accept(false);
  }

  private static String topic() {
    return Topics.of(HOST, Topics.Kind.COMMAND);
  }

  private static Buffer command() {
    var now = Instant.now();
    var command = new StopContainer(new ContainerName("web"), Optional.empty());
    return Buffer.buffer(
        Wire.write(
            new Envelope(
                CommandId.next(), OperationId.next(), HOST, now, now.plusSeconds(60), command)));
  }

  private static void remove(Path tree) throws IOException {
    try (var paths = Files.walk(tree)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}

package berth.controller.broker;

import berth.protocol.Wire;
import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import com.hivemq.extension.sdk.api.services.session.ClientService;
import com.hivemq.migration.meta.PersistenceType;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HiveMQ's community edition inside this process. What it acknowledged survives the death of the
 * process: sessions, queued and retained messages. One may run at a time in a process, as its
 * settings are global; it can be started again after {@link #stop}.
 */
public final class EmbeddedBroker {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);

  /** Each bucket is an environment of files and of locks; 64 serve machines of many more cores. */
  private static final int BUCKETS = 4;

  private static final int RECEIVE_MAXIMUM = 1_000;

  /** The largest message of the wire, and room for its topic and properties. */
  private static final int MAX_PACKET_BYTES = Wire.MAX_MESSAGE_BYTES + 64 * 1024;

  private final Vertx vertx;
  private final EmbeddedHiveMQ broker;
  private final Hook hook;

  private EmbeddedBroker(Vertx vertx, EmbeddedHiveMQ broker, Hook hook) {
    this.vertx = vertx;
    this.broker = broker;
    this.hook = hook;
  }

  /** Starts a broker; done when it listens on all its addresses. */
  public static Future<EmbeddedBroker> start(Vertx vertx, BrokerOptions options) {
    return vertx.executeBlocking(() -> startNow(vertx, options), false);
  }

  /** Disconnects all clients and closes the store. */
  public Future<Void> stop() {
    return vertx.executeBlocking(
        () -> {
          broker.close();
          return null;
        },
        false);
  }

  /**
   * Disconnects a client as a lost connection would; true if it was connected. It may come back.
   */
  public Future<Boolean> kick(String clientId) {
    return Future.fromCompletionStage(
        hook.clients.disconnectClient(clientId, false), vertx.getOrCreateContext());
  }

  private static EmbeddedBroker startNow(Vertx vertx, BrokerOptions options) throws Exception {
    for (var address : options.addresses()) {
      requireFree(address, options.port());
    }
    tune();
    var hook = new Hook();
    var broker =
        EmbeddedHiveMQ.builder()
            .withConfigurationFolder(configure(options))
            .withDataFolder(Files.createDirectories(options.dataFolder().resolve("data")))
            .withExtensionsFolder(
                Files.createDirectories(options.dataFolder().resolve("extensions")))
            .withEmbeddedExtension(hook.extension())
            .withoutLoggingBootstrap()
            .build();
    long began = System.nanoTime();
    var handler = Thread.getDefaultUncaughtExceptionHandler();
    try {
      broker.start().get();
    } finally {
      // It sets one that ends the process; what becomes of the process is not for it to decide.
      Thread.setDefaultUncaughtExceptionHandler(handler);
    }
    LOG.info(
        "broker listens on {} port {}, started in {} ms",
        options.addresses(),
        options.port(),
        (System.nanoTime() - began) / 1_000_000);
    return new EmbeddedBroker(vertx, broker, hook);
  }

  /** The broker would log that it cannot listen on one of several addresses, and carry on. */
  private static void requireFree(InetAddress address, int port) throws IOException {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port));
    } catch (IOException e) {
      throw new IOException(
          "the broker cannot listen on %s port %d: %s"
              .formatted(address.getHostAddress(), port, e.getMessage()),
          e);
    }
  }

  /** Settings without a place in the configuration file; they hold for the whole process. */
  private static void tune() {
    InternalConfigurations.PERSISTENCE_BUCKET_COUNT.set(BUCKETS);
    InternalConfigurations.PAYLOAD_PERSISTENCE_BUCKET_COUNT.set(BUCKETS);
    // RocksDB reserves a thirtieth of the machine's memory on disk for each of the two.
    InternalConfigurations.RETAINED_MESSAGE_PERSISTENCE_TYPE.set(PersistenceType.FILE);
    InternalConfigurations.PAYLOAD_PERSISTENCE_TYPE.set(PersistenceType.FILE);
    InternalConfigurations.MAX_INFLIGHT_WINDOW_SIZE_MESSAGES = RECEIVE_MAXIMUM;
    InternalConfigurations.JMX_REPORTER_ENABLED.set(false);
  }

  private static Path configure(BrokerOptions options) throws IOException {
    var folder = Files.createDirectories(options.dataFolder().resolve("config"));
    var listeners =
        options.addresses().stream()
            .map(InetAddress::getHostAddress)
            .map(address -> listener(options.port(), address))
            .collect(Collectors.joining());
    Files.writeString(
        folder.resolve("config.xml"),
        """
        <?xml version="1.0"?>
        <hivemq>
          <listeners>
        %s  </listeners>
          <mqtt>
            <queued-messages><max-queue-size>100000</max-queue-size></queued-messages>
            <receive-maximum>
              <server-receive-maximum>%d</server-receive-maximum>
            </receive-maximum>
            <packets><max-packet-size>%d</max-packet-size></packets>
          </mqtt>
          <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
        </hivemq>
        """
            .formatted(listeners, RECEIVE_MAXIMUM, MAX_PACKET_BYTES));
    return folder;
  }

  private static String listener(int port, String address) {
    return """
        <tcp-listener>
          <port>%d</port>
          <bind-address>%s</bind-address>
          <name>%s</name>
        </tcp-listener>
    """
        .formatted(port, address, address);
  }

  /** Our part inside the broker. */
  private static final class Hook implements ExtensionMain {

    private volatile ClientService clients;

    EmbeddedExtension extension() {
      return EmbeddedExtension.builder()
          .withId("berth")
          .withName("Berth")
          .withVersion("1")
          .withAuthor("Berth")
          .withPriority(0)
          .withStartPriority(1000)
          .withExtensionMain(this)
          .build();
    }

    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
      clients = Services.clientService();
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {}
  }
}

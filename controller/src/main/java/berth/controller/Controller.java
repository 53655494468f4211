package berth.controller;

import berth.controller.ControllerConfig.Broker;
import berth.controller.api.HttpApi;
import berth.controller.broker.BrokerOptions;
import berth.controller.broker.EmbeddedBroker;
import berth.controller.fleet.EventJournal;
import berth.controller.fleet.Fleet;
import berth.controller.image.UploadStore;
import berth.controller.link.AgentInbox;
import berth.controller.link.AgentLink;
import berth.controller.metrics.ControllerMetrics;
import berth.controller.operation.CreditedStreams;
import berth.controller.operation.OperationLedger;
import berth.controller.store.Database;
import berth.controller.transfer.TransferStore;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller's parts and how they hold together.
 *
 * <pre>
 * people: API, operations ledger, command sender, broker, agents
 * agents: broker, inbox, operations ledger | fleet | event journal | streams, API
 * </pre>
 *
 * <p>Everything between the API and the link lives on one context, the core's, so it needs no
 * locks; the database works on threads of its own and answers on that context.
 */
public final class Controller {
  private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(18);

  private final Closing closing = new Closing();
  private final Clock clock = Clock.systemUTC();
  private final ControllerConfig config;

  private Controller(ControllerConfig config) {
    this.config = config;
  }

  /** Starts a controller; it serves when this returns. Where it throws, nothing is left running. */
  public static Controller start(ControllerConfig config) throws IOException {
    var controller = new Controller(config);
    try {
      controller.assemble();
      return controller;
    } catch (RuntimeException | IOException e) {
      controller.stop();
      throw e;
    }
  }

  /** Ends it in good order, within 20 seconds. */
  public void stop() {
    closing.run(STOP);
  }

  private void assemble() throws IOException {
    var folder = folder();
    var vertx = vertx();
    var context = vertx.getOrCreateContext();
    var database = database(folder, context);
    var broker = broker(vertx, folder);
    var link = new AgentLink(vertx, context, broker.host(), broker.port(), config.name(), clock);

    var journal = new EventJournal(database, clock, config.events());
    var fleet = new Fleet(database, journal, link.sender()::askForState, clock);
    var ledger = new OperationLedger(database, fleet, journal, link.sender(), clock, context);
    var streams = new CreditedStreams(context, ledger, link.sender());
    var inbox = new AgentInbox(vertx, fleet, ledger, streams);
    var transfers = transfers(vertx, folder);
    var api =
        new HttpApi(
            vertx,
            new HttpApi.Services(
                fleet,
                journal,
                ledger,
                streams,
                uploads(vertx, folder),
                transfers,
                metrics(),
                config.staleMetrics(),
                clock,
                version()));

    recover(fleet, ledger);
    listen(link, inbox);
    keepUp(context, fleet, journal, ledger, transfers);
    serve(api);
  }

  private DataFolder folder() throws IOException {
    var folder = DataFolder.take(config.data());
    closing.add("the data folder", folder::release);
    return folder;
  }

  private ControllerMetrics metrics() {
    var metrics = new ControllerMetrics();
    closing.add("metrics", () -> done(metrics::close));
    return metrics;
  }

  private Vertx vertx() {
    var vertx = Vertx.vertx();
    closing.add("Vert.x", vertx::close);
    return vertx;
  }

  private Database database(DataFolder folder, Context context) {
    var database = Database.open(folder.database(), context);
    closing.add("the database", database::close);
    return database;
  }

  /** The broker that agents meet us at, started where it is ours. */
  private Broker.External broker(Vertx vertx, DataFolder folder) {
    return switch (config.broker()) {
      case Broker.External there -> there;
      case Broker.Embedded(var addresses, var port) -> {
        var options = new BrokerOptions(addresses, port, folder.broker());
        var broker = Blocking.await(EmbeddedBroker.start(vertx, options), START);
        closing.add("the broker", broker::stop);
        yield new Broker.External(reachable(addresses.getFirst()), port);
      }
    };
  }

  private static String reachable(InetAddress address) {
    return (address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address)
        .getHostAddress();
  }

  /** Takes up what an earlier run left. */
  private static void recover(Fleet fleet, OperationLedger ledger) {
    Blocking.await(fleet.load().compose(_ -> ledger.endAbandonedStreams()), START);
  }

  private void listen(AgentLink link, AgentInbox inbox) {
    closing.add("the link", link::stop);
    var connected = link.start(inbox);
    if (config.broker() instanceof Broker.Embedded) {
      Blocking.await(connected, START);
    }
  }

  private void keepUp(
      Context context,
      Fleet fleet,
      EventJournal journal,
      OperationLedger ledger,
      TransferStore transfers) {
    var upkeep = new Upkeep(context);
    upkeep.start(fleet, journal, ledger, transfers);
    closing.add("upkeep", upkeep::stop);
  }

  private UploadStore uploads(Vertx vertx, DataFolder folder) throws IOException {
    var uploads = UploadStore.open(vertx, folder.uploads());
    closing.add("uploads", () -> done(uploads::close));
    return uploads;
  }

  private TransferStore transfers(Vertx vertx, DataFolder folder) throws IOException {
    var transfers = TransferStore.open(vertx, folder.transfers(), clock);
    closing.add("transfers", () -> done(transfers::close));
    return transfers;
  }

  private void serve(HttpApi api) {
    closing.add("the API", api::close);
    var addresses = Blocking.await(api.listen(config.http()), START);
    LOG.info("ready: the API listens on {}", addresses);
  }

  private static String version() {
    var version = Controller.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private static Future<Void> done(Runnable close) {
    close.run();
    return Future.succeededFuture();
  }
}

package berth.agent;

import berth.agent.dispatch.ByReference;
import berth.agent.dispatch.Dispatcher;
import berth.agent.dispatch.HostVerticle;
import berth.agent.http.Health;
import berth.agent.http.StatusServer;
import berth.agent.inbox.CommandInbox;
import berth.agent.journal.Journal;
import berth.agent.journal.OutboxTable;
import berth.agent.journal.Store;
import berth.agent.journal.ToldTable;
import berth.agent.metrics.MetricsPage;
import berth.agent.report.AgentPresence;
import berth.agent.report.EventLog;
import berth.agent.report.HostFactsSource;
import berth.agent.report.Inventory;
import berth.agent.report.InventorySources;
import berth.agent.report.JournalOutbox;
import berth.agent.report.MetricsSampler;
import berth.agent.report.MqttStreams;
import berth.agent.report.Replies;
import berth.protocol.HostId;
import berth.protocol.Topics;
import berth.protocol.event.Event;
import berth.protocol.mqtt.Backoff;
import berth.protocol.mqtt.LinkException;
import berth.protocol.mqtt.MqttLink;
import berth.protocol.mqtt.MqttLinkOptions;
import berth.protocol.mqtt.MqttLinkOptions.Subscription;
import berth.protocol.mqtt.MqttLinkOptions.Timing;
import berth.protocol.mqtt.Outbox;
import berth.protocol.mqtt.Qos;
import berth.protocol.mqtt.Received;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent whole, and how its parts hang together: commands come in by the {@link MqttLink}, pass
 * the {@link CommandInbox} into the {@link Journal}, go by the {@link Dispatcher} to the {@link
 * Workers}, and what became of them leaves by the {@link Outbox}.
 */
public final class Agent extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

  /** How long work that runs may go on once the agent is told to end. */
  private static final Duration STOP_GRACE = Duration.ofSeconds(10);

  /** How long the broker may take then for what waits in the outbox. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(3);

  private static final Duration BETWEEN_TIDYING = Duration.ofMinutes(10);

  private final AgentConfig config;
  private final Store store;
  private final Journal journal;
  private final Workers workers;
  private final Consumer<String> status;

  private OutboxTable outboxTable;
  private AgentPresence presence;
  private MqttLink link;
  private Outbox outbox;
  private MqttStreams streams;
  private EventLog events;
  private Replies replies;
  private Dispatcher dispatcher;
  private CommandInbox inbox;
  private MetricsPage metrics;
  private Health health;
  private HostFactsSource facts;
  private volatile Inventory inventory;

  /**
   * An agent that does nothing before it is deployed.
   *
   * @param journal begun on the store
   * @param status takes a line for people, whenever there is something new to say
   */
  public Agent(
      AgentConfig config, Store store, Journal journal, Workers workers, Consumer<String> status) {
    this.config = config;
    this.store = store;
    this.journal = journal;
    this.workers = workers;
    this.status = status;
  }

  /** Done when commands can be run; the broker may still be away then. */
  @Override
  public Future<?> start() {
    compose(config.host(), journal.epoch(), InstantSource.system());
    store.setAside().ifPresent(kept -> events.happened(new Event.JournalLost(kept.toString())));
    return workers.start(vertx, events, streams).compose(this::begin);
  }

  private void compose(HostId host, long epoch, InstantSource clock) {
    ByReference.register(vertx.eventBus());
    metrics = new MetricsPage();
    health = new Health();
    facts = new HostFactsSource(Path.of("/"), AgentVersion.CURRENT, workers::systemdVersion);
    presence = new AgentPresence(host, AgentVersion.CURRENT, facts.bootId(), epoch, clock);
    link = new MqttLink(vertx, linkOptions(), () -> Optional.of(presence.nextWill()), new Ears());
    outboxTable = new OutboxTable(store);
    outbox = new Outbox(vertx, link, new JournalOutbox(outboxTable), (_, _) -> {});
    streams = new MqttStreams(vertx, host, link);
    events =
        new EventLog(
            host, epoch, outboxTable, new ToldTable(store), outbox::wake, this::changed, clock);
    replies = new Replies(host, journal, link, outbox::wake, clock);
    dispatcher = new Dispatcher(vertx, Routes::of, metrics.agent().counting(replies), clock);
    inbox =
        new CommandInbox(vertx, host, journal, replies, dispatcher::accept, metrics.agent(), clock);
    var figures = new AgentFigures(store, journal, outboxTable, link, dispatcher, events);
    figures.show(metrics.agent());
    figures.show(health);
  }

  private Future<?> begin(InventorySources sources) {
    var host = config.host();
    inventory =
        new Inventory(
            vertx,
            host,
            journal.epoch(),
            events::sequence,
            facts,
            sources,
            link,
            InstantSource.system());
    metrics.show(sources);
    vertx.setPeriodic(BETWEEN_TIDYING.toMillis(), _ -> journal.tidy(Instant.now()));
    var sampler = new MetricsSampler(vertx, host, metrics::sample, link);
    return vertx
        .deployVerticle(
            new HostVerticle(
                dispatcher::cancel,
                inventory::publish,
                about -> replies.again(about.target(), about.operation()).join()),
            onWorkers())
        .compose(_ -> serve())
        .onSuccess(_ -> {
          inbox.recover();
          link.whenConnected(() -> link.publish(presence.online()));
          inventory.start();
          sampler.start(config.metricsInterval());
          status.accept("waiting for the broker");
          link.start();
        });
  }

  private Future<?> serve() {
    var address = config.http();
    return new StatusServer(vertx, metrics, health)
        .listen(address.host(), address.port())
        .onSuccess(port -> LOG.info("serving http://{}:{}", address.host(), port));
  }

  /**
   * Ends in good order: takes nothing more, gives what runs a moment, says the last words. What did
   * not end by then is in the journal and goes on with the next start. To be called before Vert.x
   * is closed, which would take the workers away first.
   */
  Future<Void> end() {
    inbox.stop();
    return dispatcher
        .stop(STOP_GRACE)
        .eventually(this::lastWords)
        .eventually(outbox::stop)
        .eventually(streams::stop)
        .eventually(link::stop)
        .eventually(workers::stop);
  }

  private Future<Void> lastWords() {
    var said = Promise.<Void>promise();
    vertx.setTimer(LAST_WORDS.toMillis(), _ -> said.tryComplete());
    vertx.setPeriodic(
        20,
        timer -> {
          if (outboxTable.size() == 0 || !link.isConnected()) {
            vertx.cancelTimer(timer);
            said.tryComplete();
          }
        });
    return said.future().eventually(() -> link.publish(presence.offline()));
  }

  private void changed() {
    if (inventory != null) {
      inventory.changed();
    }
  }

  private static DeploymentOptions onWorkers() {
    return new DeploymentOptions()
        .setThreadingModel(ThreadingModel.WORKER)
        .setWorkerPoolName("berth-host")
        .setWorkerPoolSize(2);
  }

  private MqttLinkOptions linkOptions() {
    var host = config.host();
    var beat = config.heartbeat();
    var timing =
        new Timing(
            beat.multipliedBy(3), beat, beat, Duration.ofSeconds(15), Duration.ofSeconds(30));
    return MqttLinkOptions.of(config.broker().host(), config.broker().port(), "agent-" + host)
        .with(timing)
        .with(new Backoff(Duration.ofMillis(250), Duration.ofSeconds(30)))
        .subscribing(
            new Subscription(Topics.filter(host, Topics.Kind.COMMAND), Qos.AT_LEAST_ONCE),
            new Subscription(Topics.filter(host, Topics.Kind.INPUT), Qos.AT_LEAST_ONCE));
  }

  /** Takes what comes in to the part that it is for. */
  private final class Ears implements MqttLink.Listener {
    @Override
    public void connected(boolean sessionPresent) {
      status.accept("connected to " + config.broker().host() + ":" + config.broker().port());
    }

    @Override
    public void disconnected(LinkException.Down reason) {
      inbox.disconnected();
      status.accept("not connected: " + reason.getMessage());
    }

    @Override
    public void received(Received message) {
      var topic = Topics.parse(message.topic());
      var command = topic.flatMap(Topics.Parsed::command);
      if (command.isPresent()) {
        streams.received(command.get(), message);
      } else {
        inbox.received(message);
      }
    }
  }
}

package berth.agent;

import berth.agent.dispatch.Dispatcher;
import berth.agent.http.Health;
import berth.agent.journal.Journal;
import berth.agent.journal.OutboxTable;
import berth.agent.journal.Store;
import berth.agent.metrics.AgentMetrics;
import berth.agent.report.EventLog;
import berth.protocol.mqtt.MqttLink;

/** What the parts of the agent have to show: to Prometheus and to whoever asks how it is. */
record AgentFigures(
    Store store,
    Journal journal,
    OutboxTable outbox,
    MqttLink link,
    Dispatcher dispatcher,
    EventLog events) {

  void show(AgentMetrics metrics) {
    metrics.gauge(
        "berth.agent.connected",
        "Whether the agent is connected to the broker.",
        () -> link.isConnected() ? 1 : 0);
    metrics.gauge(
        "berth.agent.commands.running",
        "Commands that are under way or wait for their turn.",
        dispatcher::size);
    metrics.gauge(
        "berth.agent.outbox.messages",
        "Messages that the broker has not acknowledged.",
        outbox::size);
    metrics.gauge(
        "berth.agent.journal.commands", "Commands that the journal remembers.", journal::size);
    metrics.gauge("berth.agent.journal.size.bytes", "Size of the journal's file.", store::size);
    metrics.gauge(
        "berth.agent.journal.writable",
        "Whether the last write to the journal went well.",
        () -> store.failure().isEmpty() ? 1 : 0);
    metrics.counter(
        "berth.agent.events.left.out",
        "Events that were not queued because too much was waiting for the broker.",
        events::leftOut);
  }

  void show(Health health) {
    health.check(store::failure);
    health.fact("connected", link::isConnected);
    health.fact("epoch", journal::epoch);
    health.fact("commandsRunning", dispatcher::size);
    health.fact("outboxMessages", outbox::size);
    health.fact("journalSetAside", () -> store.setAside().map(Object::toString));
  }
}

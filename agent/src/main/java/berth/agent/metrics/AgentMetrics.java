package berth.agent.metrics;

import berth.agent.dispatch.Accepted;
import berth.agent.dispatch.Outcomes;
import berth.agent.inbox.CommandInbox;
import berth.protocol.Wire;
import berth.protocol.reply.Reply;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/** What the agent counts of itself. */
public final class AgentMetrics implements CommandInbox.Counts {
  private final MeterRegistry registry;

  public AgentMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /** A figure that goes up and down, asked for when somebody looks. */
  public void gauge(String name, String help, DoubleSupplier figure) {
    Gauge.builder(name, figure::getAsDouble)
        .description(help)
        .strongReference(true)
        .register(registry);
  }

  /** A figure that only goes up, asked for when somebody looks. */
  public void counter(String name, String help, DoubleSupplier figure) {
    FunctionCounter.builder(name, figure, DoubleSupplier::getAsDouble)
        .description(help)
        .register(registry);
  }

  @Override
  public void counted(String verdict) {
    Counter.builder("berth.agent.messages")
        .description("Messages on the command topic, by what the inbox made of them.")
        .tag("verdict", verdict)
        .register(registry)
        .increment();
  }

  /** Counts the commands that end on their way to where that is kept. */
  public Outcomes counting(Outcomes outcomes) {
    return new Outcomes() {
      @Override
      public Future<Void> finished(Accepted accepted, Reply last) {
        return outcomes.finished(accepted, last).onSuccess(_ -> ended(accepted, last));
      }

      @Override
      public void progressed(Accepted accepted, Reply.Progress progress) {
        outcomes.progressed(accepted, progress);
      }
    };
  }

  private void ended(Accepted accepted, Reply last) {
    var kind = Wire.kind(accepted.envelope().command().getClass());
    var outcome =
        switch (last) {
          case Reply.Failed(var problem) -> problem.code().name().toLowerCase(Locale.ROOT);
          case Reply.Succeeded _, Reply.Accepted _, Reply.Progress _ -> "succeeded";
        };
    Counter.builder("berth.agent.commands")
        .description("Commands that ended, by how.")
        .tag("kind", kind)
        .tag("outcome", outcome)
        .register(registry)
        .increment();
  }
}

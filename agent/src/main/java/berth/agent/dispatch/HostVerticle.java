package berth.agent.dispatch;

import berth.protocol.CommandId;
import berth.protocol.command.HostCommand;
import berth.protocol.reply.Result;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.function.Consumer;

/** Performs requests to the agent itself. */
public final class HostVerticle extends VerticleBase {
  public static final String ADDRESS = "berth.agent.host";

  private final Consumer<CommandId> cancel;
  private final Runnable publishState;
  private final Consumer<HostCommand.ReportOutcome> answerAgain;

  public HostVerticle(
      Consumer<CommandId> cancel,
      Runnable publishState,
      Consumer<HostCommand.ReportOutcome> answerAgain) {
    this.cancel = cancel;
    this.publishState = publishState;
    this.answerAgain = answerAgain;
  }

  @Override
  public Future<?> start() {
    return Work.takeAt(ADDRESS, vertx, this::perform);
  }

  private Result perform(HostCommand command, Job job) {
    switch (command) {
      case HostCommand.Cancel(var target) -> cancel.accept(target);
      case HostCommand.ReportState() -> publishState.run();
      case HostCommand.ReportOutcome about -> answerAgain.accept(about);
    }
    return new Result.Done();
  }
}

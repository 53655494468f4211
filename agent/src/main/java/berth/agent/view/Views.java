package berth.agent.view;

import berth.agent.dispatch.Job;
import berth.agent.dispatch.Performer;
import berth.agent.report.Streams;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.command.ViewCommand;
import berth.protocol.command.ViewCommand.InspectContainer;
import berth.protocol.command.ViewCommand.WatchUsage;
import berth.protocol.reply.Result;
import berth.protocol.state.ContainerState;
import java.util.Optional;
import java.util.function.Function;

/** Shows what people ask to see. */
public final class Views implements Performer<ViewCommand> {
  private final Function<ContainerName, Optional<ContainerState>> look;
  private final Examiner examiner;
  private final UsageWatch usage;
  private final Streams streams;

  /**
   * @param look looks at a container anew; empty where there is none of that name
   */
  public Views(
      Function<ContainerName, Optional<ContainerState>> look,
      Examiner examiner,
      UsageWatch usage,
      Streams streams) {
    this.look = look;
    this.examiner = examiner;
    this.usage = usage;
    this.streams = streams;
  }

  @Override
  public Result perform(ViewCommand command, Job job) {
    return switch (command) {
      case InspectContainer(var name) -> inspect(name);
      case WatchUsage watch -> usage.watch(watch, streams, job);
    };
  }

  @Override
  public Problem interrupted(ViewCommand command, Job job) {
    return new Problem(
        ProblemCode.INTERRUPTED, "the agent on the host stopped while it was watched");
  }

  private Result inspect(ContainerName name) {
    return look.apply(name)
        .map(examiner::examine)
        .map(Result.InspectionResult::new)
        .orElseThrow(() ->
            new BerthException(
                ProblemCode.NOT_FOUND, "no container \"" + name + "\" on this host"));
  }
}

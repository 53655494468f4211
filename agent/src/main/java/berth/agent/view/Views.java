package berth.agent.view;

import berth.agent.dispatch.Job;
import berth.agent.dispatch.Performer;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import berth.protocol.command.ViewCommand;
import berth.protocol.command.ViewCommand.InspectContainer;
import berth.protocol.reply.Result;
import berth.protocol.state.ContainerState;
import java.util.Optional;
import java.util.function.Function;

/** Shows what people ask to see. */
public final class Views implements Performer<ViewCommand> {
  private final Function<ContainerName, Optional<ContainerState>> look;
  private final Examiner examiner;

  /**
   * @param look looks at a container anew; empty where there is none of that name
   */
  public Views(Function<ContainerName, Optional<ContainerState>> look, Examiner examiner) {
    this.look = look;
    this.examiner = examiner;
  }

  @Override
  public Result perform(ViewCommand command, Job job) {
    return switch (command) {
      case InspectContainer(var name) -> inspect(name);
    };
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

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
import berth.protocol.command.ViewCommand.ListSnapshots;
import berth.protocol.command.ViewCommand.WatchUsage;
import berth.protocol.reply.Result;
import berth.protocol.state.ContainerState;
import berth.protocol.state.SnapshotState;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Shows what people ask to see. */
public final class Views implements Performer<ViewCommand> {
  private final Function<ContainerName, Optional<ContainerState>> look;
  private final Examiner examiner;
  private final UsageWatch usage;
  private final Streams streams;
  private final Function<ContainerName, List<SnapshotState>> snapshots;

  /**
   * @param look looks at a container anew; empty where there is none of that name
   * @param snapshots those of a container, the oldest first; none where there is no such container
   */
  public Views(
      Function<ContainerName, Optional<ContainerState>> look,
      Examiner examiner,
      UsageWatch usage,
      Streams streams,
      Function<ContainerName, List<SnapshotState>> snapshots) {
    this.look = look;
    this.examiner = examiner;
    this.usage = usage;
    this.streams = streams;
    this.snapshots = snapshots;
  }

  @Override
  public Result perform(ViewCommand command, Job job) {
    return switch (command) {
      case InspectContainer(var name) -> inspect(name);
      case WatchUsage watch -> usage.watch(watch, streams, job);
      case ListSnapshots(var name) -> snapshots(name);
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
        .orElseThrow(() -> unknown(name));
  }

  private Result snapshots(ContainerName name) {
    var found = snapshots.apply(name);
    if (found.isEmpty() && look.apply(name).isEmpty()) {
      throw unknown(name);
    }
    return new Result.SnapshotsResult(name, found);
  }

  private static BerthException unknown(ContainerName name) {
    return new BerthException(ProblemCode.NOT_FOUND, "no container \"" + name + "\" on this host");
  }
}

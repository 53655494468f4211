package berth.agent.dispatch;

import berth.protocol.reply.Reply;
import io.vertx.core.Future;

/** Takes what became of commands to where it is kept and told. */
public interface Outcomes {
  /** Done, on any thread, when the last reply is kept: it will be told, whatever happens. */
  Future<Void> finished(Accepted accepted, Reply last);

  /** Tells how far a command has come, or not, where that is not possible now. */
  void progressed(Accepted accepted, Reply.Progress progress);
}

package berth.agent.dispatch;

import berth.protocol.BerthException;
import berth.protocol.command.Command;
import berth.protocol.reply.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes over the event bus to a feature's verticle, by reference: a command and its job. The
 * answer is the command's last {@link Reply}.
 */
public record Work<C extends Command>(C command, Job job) {
  private static final Logger LOG = LoggerFactory.getLogger(Work.class);

  /**
   * Has a worker verticle take the work sent to an address, as many at once as its worker pool has
   * threads. To be called in the verticle's {@code start}.
   */
  public static <C extends Command> Future<Void> takeAt(
      String address, Vertx vertx, Performer<C> performer) {
    return vertx
        .eventBus()
        .<Work<C>>consumer(address, message -> take(vertx, message, performer))
        .completion();
  }

  private static <C extends Command> void take(
      Vertx vertx, Message<Work<C>> message, Performer<C> performer) {
    vertx
        .executeBlocking(() -> message.body().run(performer), false)
        .onSuccess(message::reply)
        .onFailure(closing -> message.fail(1, closing.getMessage()));
  }

  /** Never throws: a throwable from a performer would leave the sender without an answer. */
  private Reply run(Performer<C> performer) {
    try {
      if (job.attempt() > 1 && command.repeat() == Command.Repeat.ONCE) {
        return new Reply.Failed(performer.interrupted(command, job));
      }
      return new Reply.Succeeded(performer.perform(command, job));
    } catch (BerthException e) {
      return new Reply.Failed(e.problem());
    } catch (Throwable e) {
      LOG.error("command={} a defect", job.id(), e);
      return new Reply.Failed(BerthException.problemOf(e));
    }
  }
}

package berth.agent.report;

import berth.protocol.CommandId;
import berth.protocol.stream.Input;
import berth.protocol.stream.Output;
import java.util.function.Consumer;

/** Carries the output and input of programs that run for a command. */
public interface Streams {
  /**
   * Opens the stream of a command. Input that comes before that is dropped, so open it before the
   * first output or credit is sent.
   *
   * @param onInput called in order of arrival, on a thread that must not be blocked; input may come
   *     twice: its sequence numbers tell
   */
  Stream open(CommandId command, Consumer<Input> onInput);

  /** The stream of one command. Closing it ends the input; what was sent still goes out. */
  interface Stream extends AutoCloseable {
    /**
     * Queues a message, in order, and returns at once. It is kept in memory until the broker has
     * it, over lost connections too: so send only what credit allows.
     */
    void send(Output output);

    /** Whether all streams together have room for more that the broker does not have yet. */
    default boolean hasRoom() {
      return true;
    }

    /** Calls this when there is room again after there was none, on a thread not to be blocked. */
    default void onRoom(Runnable action) {}

    @Override
    void close();
  }
}

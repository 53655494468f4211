package berth.agent.report;

import berth.protocol.CommandId;
import berth.protocol.stream.Input;
import berth.protocol.stream.Output;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** Streams whose other end is a test. */
public final class FakeStreams implements Streams {
  private final Map<CommandId, Consumer<Input>> open = new ConcurrentHashMap<>();

  /** What was sent by all streams. */
  public final BlockingQueue<Output> sent = new LinkedBlockingQueue<>();

  @Override
  public Stream open(CommandId command, Consumer<Input> onInput) {
    open.put(command, onInput);
    return new Stream() {
      @Override
      public void send(Output output) {
        sent.add(output);
      }

      @Override
      public void close() {
        open.remove(command);
      }
    };
  }

  /** Brings input to a command's stream; false where none is open. */
  public boolean bring(CommandId command, Input input) {
    var onInput = open.get(command);
    if (onInput != null) {
      onInput.accept(input);
    }
    return onInput != null;
  }
}

package berth.agent.dispatch;

import berth.protocol.reply.Reply;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;

/** Hands immutable records over the event bus of this process as they are. */
public final class ByReference<T> implements MessageCodec<T, T> {
  private final String name;

  private ByReference(Class<T> type) {
    this.name = type.getName();
  }

  /** Lets {@link Work} and the replies to it travel on a bus. Once for each Vert.x. */
  public static void register(EventBus bus) {
    register(bus, Work.class);
    register(bus, Reply.Succeeded.class);
    register(bus, Reply.Failed.class);
  }

  private static <T> void register(EventBus bus, Class<T> type) {
    bus.registerDefaultCodec(type, new ByReference<>(type));
  }

  @Override
  public T transform(T message) {
    return message;
  }

  @Override
  public void encodeToWire(Buffer buffer, T message) {
    throw new UnsupportedOperationException(name + " stays in this process");
  }

  @Override
  public T decodeFromWire(int position, Buffer buffer) {
    throw new UnsupportedOperationException(name + " stays in this process");
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}

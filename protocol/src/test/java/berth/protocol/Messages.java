package berth.protocol;

import berth.protocol.event.EventMessage;
import berth.protocol.reply.ReplyMessage;
import berth.protocol.state.HostState;
import berth.protocol.state.Presence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Every message there is, and its JSON fixture: derived from the code, so none is forgotten. */
final class Messages {
  private static final List<Class<?>> TOP =
      List.of(
          Envelope.class, ReplyMessage.class, Presence.class, HostState.class, EventMessage.class);

  private Messages() {}

  static Stream<Class<?>> all() {
    return Stream.concat(
        TOP.stream(), Wire.FAMILIES.stream().flatMap(family -> Wire.members(family).stream()));
  }

  /** The family as which a message is read, or its own type. */
  static Class<?> declared(Class<?> type) {
    return Wire.FAMILIES.stream()
        .filter(family -> family.isAssignableFrom(type))
        .findFirst()
        .<Class<?>>map(family -> family)
        .orElse(type);
  }

  static byte[] fixture(Class<?> type) throws IOException {
    return Files.readAllBytes(Path.of("src/test/resources/wire", Wire.kind(type) + ".json"));
  }
}

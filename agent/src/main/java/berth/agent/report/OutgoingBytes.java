package berth.agent.report;

import berth.protocol.Bytes;
import berth.protocol.mqtt.Outgoing;
import berth.protocol.mqtt.Qos;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A message for the broker as the journal's file keeps it. */
final class OutgoingBytes {
  /** The first byte, so that another form can be told from this one. */
  private static final int FORM = 1;

  private static final long NEVER = Long.MAX_VALUE;

  private OutgoingBytes() {}

  static Bytes write(Outgoing message) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(FORM);
      out.writeUTF(message.topic());
      out.writeUTF(message.qos().name());
      out.writeBoolean(message.retained());
      out.writeLong(message.expiresAt().map(Instant::toEpochMilli).orElse(NEVER));
      out.writeInt(message.userProperties().size());
      for (var property : message.userProperties().entrySet()) {
        out.writeUTF(property.getKey());
        out.writeUTF(property.getValue());
      }
      out.write(message.payload().getBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Bytes.of(bytes.toByteArray());
  }

  static Outgoing read(Bytes bytes) {
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes.array()))) {
      if (in.readByte() != FORM) {
        throw new IOException("a message of another version of the agent");
      }
      var topic = in.readUTF();
      var qos = Qos.valueOf(in.readUTF());
      var retained = in.readBoolean();
      var expiresAt = in.readLong();
      var properties = properties(in);
      return new Outgoing(
          topic,
          Buffer.buffer(in.readAllBytes()),
          properties,
          qos,
          retained,
          expiresAt == NEVER ? Optional.empty() : Optional.of(Instant.ofEpochMilli(expiresAt)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, String> properties(DataInputStream in) throws IOException {
    var properties = new HashMap<String, String>();
    for (int left = in.readInt(); left > 0; left--) {
      properties.put(in.readUTF(), in.readUTF());
    }
    return properties;
  }
}

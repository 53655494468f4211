package berth.protocol.mqtt;

import java.nio.file.Path;
import java.util.List;

/** Debian's mosquitto. It writes its store down when it is told to end, and rarely before. */
final class Mosquitto implements Broker {

  private final int port = BrokerProcess.freePort();
  private final BrokerProcess process;

  Mosquitto(Path folder) {
    BrokerProcess.write(
        folder.resolve("acl"),
        """
        topic readwrite t/#
        topic readwrite own/#
        """);
    BrokerProcess.write(
        folder.resolve("mosquitto.conf"),
        """
        listener %d 127.0.0.1
        user root
        allow_anonymous true
        acl_file %s/acl
        persistence true
        persistence_location %s/
        set_tcp_nodelay true
        max_queued_messages 100000
        max_inflight_messages %d
        """
            .formatted(port, folder, folder, RECEIVE_MAXIMUM));
    process =
        new BrokerProcess(
            List.of("mosquitto", "-c", folder.resolve("mosquitto.conf").toString()),
            folder.resolve("mosquitto.log"),
            port);
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void start() {
    process.start();
  }

  @Override
  public void kill() {
    process.end("KILL");
  }

  @Override
  public void crash() {
    process.end("TERM");
  }

  @Override
  public void freeze() {
    process.signal("STOP");
  }

  @Override
  public void thaw() {
    process.signal("CONT");
  }

  @Override
  public void close() {
    process.end("KILL");
  }
}

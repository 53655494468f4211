package berth.protocol.mqtt;

import java.nio.file.Path;
import java.util.List;

/** Debian's mosquitto. It writes its store down when it is told to end, and rarely before. */
final class Mosquitto implements Broker {

  private final int port = BrokerProcess.freePort();
  private final BrokerProcess process;

  /** One in which everybody may do everything. */
  static Mosquitto open(Path folder) {
    return new Mosquitto(folder, "");
  }

  /**
   * One in which nobody may publish under {@code forbidden/}. Not to be started again on its data:
   * until a client has come back, 2.0.11 finds no rules for it, denies what is sent to it, and
   * acknowledges it all the same.
   */
  static Mosquitto guarded(Path folder) {
    BrokerProcess.write(
        folder.resolve("acl"),
        """
        topic readwrite t/#
        topic readwrite own/#
        """);
    return new Mosquitto(folder, "acl_file " + folder + "/acl");
  }

  private Mosquitto(Path folder, String rules) {
    BrokerProcess.write(
        folder.resolve("mosquitto.conf"),
        """
        listener %d 127.0.0.1
        user root
        allow_anonymous true
        %s
        persistence true
        persistence_location %s/
        set_tcp_nodelay true
        max_queued_messages 100000
        max_inflight_messages %d
        """
            .formatted(port, rules, folder, RECEIVE_MAXIMUM));
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

package berth.protocol.mqtt;

import java.nio.file.Path;
import java.util.List;

/** The broker that the controller embeds, here in a process that can be killed. */
final class HiveMq implements Broker {

  private final int port = BrokerProcess.freePort();
  private final BrokerProcess process;

  HiveMq(Path folder) {
    BrokerProcess.write(
        folder.resolve("config").resolve("config.xml"),
        """
        <?xml version="1.0"?>
        <hivemq>
          <listeners>
            <tcp-listener><port>%d</port><bind-address>127.0.0.1</bind-address></tcp-listener>
          </listeners>
          <mqtt>
            <queued-messages><max-queue-size>100000</max-queue-size></queued-messages>
            <receive-maximum>
              <server-receive-maximum>%d</server-receive-maximum>
            </receive-maximum>
          </mqtt>
          <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
        </hivemq>
        """
            .formatted(port, RECEIVE_MAXIMUM));
    process =
        new BrokerProcess(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                HiveMqMain.class.getName(),
                folder.toString()),
            folder.resolve("hivemq.log"),
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
    process.end("KILL");
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

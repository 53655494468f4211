package berth.controller.broker;

import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;

/** A process with nothing but the broker in it, to be killed. Says when it listens. */
final class BrokerMain {

  private BrokerMain() {}

  public static void main(String[] arguments) throws Exception {
    var options =
        new BrokerOptions(
            List.of(InetAddress.getLoopbackAddress()),
            Integer.parseInt(arguments[0]),
            Path.of(arguments[1]));
    Client.await(EmbeddedBroker.start(Vertx.vertx(), options));
    System.out.println("listening");
    // Ends with the test, however that ends.
    System.exit(System.in.read());
  }
}

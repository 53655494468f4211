package berth.protocol.mqtt;

import java.nio.file.Path;

class HiveMqLinkIT extends LinkContract {

  @Override
  Broker brokerIn(Path folder) {
    return new HiveMq(folder);
  }

  @Override
  boolean hangsUpOnForbidden() {
    return true;
  }
}

package berth.agent;

import static berth.agent.FakeController.await;

import berth.agent.journal.Journal;
import berth.agent.journal.Store;
import berth.agent.storage.PoolPlace;
import berth.protocol.PoolName;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An agent with fake workers inside the test's own process. */
final class RunningAgent implements AutoCloseable {
  final AgentConfig config;
  final List<String> statuses = new CopyOnWriteArrayList<>();
  private final Vertx vertx = Vertx.vertx();
  private final Store store;
  private final Agent agent;

  RunningAgent(int brokerPort, Path folder, FakeWorld world) {
    config = config(brokerPort, folder);
    store = new Store(config.state());
    agent = new Agent(config, store, new Journal(store), new FakeWorkers(world), statuses::add);
    await(vertx.deployVerticle(agent));
  }

  static AgentConfig config(int brokerPort, Path folder) {
    var pools = new TreeMap<PoolName, PoolPlace>();
    pools.put(new PoolName("default"), new PoolPlace.Folder(PoolPlace.MACHINES));
    return new AgentConfig(
        FakeController.HOST,
        new AgentConfig.Address("127.0.0.1", brokerPort),
        URI.create("http://127.0.0.1:7070"),
        pools,
        folder.resolve("state"),
        new AgentConfig.Address("127.0.0.1", Mosquitto.freePort()),
        Duration.ofSeconds(1),
        Duration.ofSeconds(1));
  }

  /** Ends in good order. */
  @Override
  public void close() {
    await(agent.end());
    await(vertx.close());
    store.close();
  }
}

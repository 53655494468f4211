package berth.controller.cli;

import berth.controller.model.ContainerView;
import berth.controller.model.OperationView;
import berth.protocol.BerthException;
import berth.protocol.ContainerRef;
import berth.protocol.ProblemCode;
import berth.protocol.SnapshotName;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A snapshot that is taken to be read once and is gone afterwards; where nobody is there any more
 * to remove it, its host does so after a day.
 */
final class PassingSnapshot implements AutoCloseable {
  private static final Duration AT_MOST = Duration.ofDays(1);
  private static final int RANDOM = 8;
  private static final Set<ProblemCode> COMES_OF_ITS_POOL =
      EnumSet.of(ProblemCode.UNSUPPORTED, ProblemCode.NO_SPACE);

  private final ApiClient api;
  private final String path;
  private final SnapshotName name;
  private final Interrupt interrupt;

  private PassingSnapshot(ApiClient api, String path, SnapshotName name) {
    this.api = api;
    this.path = path;
    this.name = name;
    this.interrupt = Interrupt.then(this::remove);
  }

  /** Takes one of a container; none of a stopped one whose pool can't make it, or not now. */
  static Optional<PassingSnapshot> of(Invocation invocation, ApiClient api, ContainerRef container)
      throws IOException, InterruptedException {
    var path = ContainerCommands.path(container);
    var running = api.get(path, ContainerView.class).container().status().running();
    try {
      return Optional.of(take(invocation, api, path));
    } catch (BerthException e) {
      if (running || !COMES_OF_ITS_POOL.contains(e.problem().code())) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static PassingSnapshot take(Invocation invocation, ApiClient api, String path)
      throws IOException, InterruptedException {
    // Another process may take one of the same container in the same second.
    var random = UUID.randomUUID().toString().substring(0, RANDOM);
    var name = new SnapshotName("export-" + SnapshotName.at(Instant.now()) + "-" + random);
    var body = Map.of("name", name, "comment", "for an export", "expiresAfter", AT_MOST);
    var query = Operation.deadline(invocation, "?");
    var operation = api.post(path + "/snapshots" + query, body, OperationView.class);
    var taken = new PassingSnapshot(api, path, name);
    try {
      var ended = new Operation(invocation, api).await(operation);
      var problem = ended.targets().getFirst().problem();
      if (problem.isPresent()) {
        throw new BerthException(problem.get());
      }
      return taken;
    } catch (IOException | InterruptedException | RuntimeException e) {
      taken.close();
      throw e;
    }
  }

  SnapshotName name() {
    return name;
  }

  private void remove() {
    try {
      api.delete(path + "/snapshots/" + name, OperationView.class);
    } catch (IOException | BerthException _) {
      // its host does it
    }
  }

  @Override
  public void close() {
    interrupt.close();
    remove();
  }
}

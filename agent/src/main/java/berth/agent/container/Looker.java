package berth.agent.container;

import berth.protocol.ContainerName;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the picture look at what somebody heard of, on a thread of its own. A container that several
 * heard of before its turn came is looked at once.
 */
final class Looker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Looker.class);

  private static final List<Integer> ADDRESS_SECONDS = List.of(1, 3, 10);
  private static final int RETRY_SECONDS = 2;

  private final ContainerPicture picture;
  private final Set<ContainerName> waiting = new LinkedHashSet<>();
  private boolean all;
  private boolean closed;

  Looker(ContainerPicture picture) {
    this.picture = picture;
    Thread.ofPlatform().daemon().name("berth-containers").start(this::run);
  }

  synchronized void heard(ContainerName name) {
    waiting.add(name);
    notifyAll();
  }

  /**
   * It has booted; nobody tells when it gets an address, which takes a moment more, so it is looked
   * at again a few times.
   */
  void heardOfBoot(ContainerName name) {
    heard(name);
    for (var seconds : ADDRESS_SECONDS) {
      CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS).execute(() -> heard(name));
    }
  }

  synchronized void heardOfAny() {
    all = true;
    notifyAll();
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  private void run() {
    try {
      while (awaitSomething()) {
        lookAtWhatWaits();
      }
    } catch (InterruptedException _) {
      // the agent ends
    }
  }

  private synchronized boolean awaitSomething() throws InterruptedException {
    while (!closed && !all && waiting.isEmpty()) {
      wait();
    }
    return !closed;
  }

  private void lookAtWhatWaits() {
    Set<ContainerName> names;
    boolean everything;
    synchronized (this) {
      names = Set.copyOf(waiting);
      everything = all;
      waiting.clear();
      all = false;
    }
    if (everything) {
      look("the containers", picture::lookAtAll, this::heardOfAny);
    } else {
      names.forEach(name -> look("container " + name, () -> picture.look(name), () -> heard(name)));
    }
  }

  /** What could not be looked at now is looked at again soon. */
  private static void look(String what, Runnable looking, Runnable again) {
    try {
      looking.run();
    } catch (RuntimeException e) {
      LOG.warn("could not look at {}", what, e);
      CompletableFuture.delayedExecutor(RETRY_SECONDS, TimeUnit.SECONDS).execute(again);
    }
  }
}

package berth.agent.journal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal's file with the one thread that writes to it. Writes are committed in the order in
 * which they were asked for, as many at once as wait (one fsync for all of them), and each is there
 * wholly or not at all. Reading is free on any thread and may see what is not yet durable.
 *
 * <p>A write that fails, of a full disk say, fails its future and leaves nothing; the next one
 * opens the file again. The thread is ours alone because an interrupt would close the file.
 */
public final class Store implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Store.class);
  private static final int BATCH = 256;

  /** How long what need not be durable may wait for company. */
  private static final Duration LAZY = Duration.ofMillis(500);

  private static final int CLOSING_MILLIS = 200;

  private record Write<T>(Function<Maps, T> change, boolean durable, CompletableFuture<T> done) {
    private Runnable apply(Maps maps) {
      T result = change.apply(maps);
      return () -> done.complete(result);
    }
  }

  private final JournalFile file;
  private final Optional<Path> setAside;
  private final BlockingQueue<Write<?>> queue = new LinkedBlockingQueue<>();
  private final Thread writer;
  private volatile Maps maps;
  private volatile long durableOutbox;
  private volatile String failure;
  private volatile boolean closing;
  private boolean uncommitted;

  /**
   * Opens the file in a folder, or begins a new one; one that can't be read is set aside first.
   * Throws {@code CONFLICT} where another agent has it open.
   */
  public Store(Path folder) {
    this.file = new JournalFile(folder);
    var opened = file.open();
    this.maps = opened.maps();
    this.setAside = opened.setAside();
    this.durableOutbox = maps.counter(Maps.OUTBOX);
    this.writer = Thread.ofPlatform().name("berth-journal").daemon(true).start(this::run);
  }

  /** What an unreadable journal is called now, where there was one at the start. */
  public Optional<Path> setAside() {
    return setAside;
  }

  /** Why nothing can be written at the moment; empty where the last write went well. */
  public Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  /** The size of the file in bytes. */
  public long size() {
    return maps.store().getFileStore().size();
  }

  /**
   * Done when the change is durable. It may be called twice, so it changes nothing but the maps.
   */
  <T> CompletableFuture<T> write(Function<Maps, T> change) {
    return add(new Write<>(change, true, new CompletableFuture<>()));
  }

  /** Done when the change is made; a crash in the next second may undo it. */
  <T> CompletableFuture<T> writeLazily(Function<Maps, T> change) {
    return add(new Write<>(change, false, new CompletableFuture<>()));
  }

  /** The maps as they are now; what was read before a failed write may be newer than they. */
  Maps maps() {
    return maps;
  }

  /** The last place in the outbox that would be there after a crash. */
  long durableOutbox() {
    return durableOutbox;
  }

  /** Writes what was asked for before, and closes the file. */
  @Override
  public void close() {
    closing = true;
    var last = add(new Write<>(_ -> null, true, new CompletableFuture<>()));
    try {
      last.exceptionally(_ -> null).join();
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private <T> CompletableFuture<T> add(Write<T> write) {
    queue.add(write);
    return write.done();
  }

  private void run() {
    while (!closing || !queue.isEmpty()) {
      var batch = take();
      if (batch.isEmpty() ? commit() : write(batch)) {
        failure = null;
      }
    }
    try {
      maps.store().close(CLOSING_MILLIS);
    } catch (MVStoreException e) {
      LOG.error("the journal was not closed in good order", e);
    }
  }

  /** What waits; nothing where it is time to commit what need not be durable. */
  private List<Write<?>> take() {
    var batch = new ArrayList<Write<?>>();
    try {
      var first = uncommitted ? queue.poll(LAZY.toMillis(), TimeUnit.MILLISECONDS) : queue.take();
      if (first != null) {
        batch.add(first);
        queue.drainTo(batch, BATCH - 1);
      }
      return batch;
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody may interrupt the journal's thread", e);
    }
  }

  /** All of them in one commit; where one of them throws, each in a commit of its own. */
  private boolean write(List<Write<?>> batch) {
    try {
      reopenIfClosed();
      var done = new ArrayList<Runnable>();
      for (var write : batch) {
        done.add(write.apply(maps));
      }
      uncommitted = true;
      if (batch.stream().anyMatch(Write::durable)) {
        sync();
      }
      done.forEach(Runnable::run);
      return true;
    } catch (MVStoreException | java.io.UncheckedIOException e) {
      broken(e);
      batch.forEach(write -> write.done().completeExceptionally(e));
      return false;
    } catch (RuntimeException e) {
      maps.store().rollback();
      if (batch.size() == 1) {
        batch.getFirst().done().completeExceptionally(e);
        return true;
      }
      return batch.stream().map(write -> write(List.of(write))).toList().getLast();
    }
  }

  private boolean commit() {
    try {
      sync();
      return true;
    } catch (MVStoreException e) {
      broken(e);
      return false;
    }
  }

  private void sync() {
    maps.store().commit();
    maps.store().sync();
    uncommitted = false;
    durableOutbox = maps.counter(Maps.OUTBOX);
  }

  private void reopenIfClosed() {
    if (maps.store().isClosed()) {
      maps = file.reopen();
    }
  }

  private void broken(RuntimeException e) {
    if (failure == null) {
      LOG.error("the journal {} can't be written", file.path(), e);
    }
    failure = "the journal " + file.path() + " can't be written: " + e.getMessage();
    uncommitted = false;
    maps.store().closeImmediately();
  }
}

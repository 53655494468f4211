package berth.agent.storage;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What to take back, the newest first, where something fails half-way: closed without {@link #keep}
 * it does so. A step that can't be taken back is logged, and does not keep the others from it.
 */
public final class Undo implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Undo.class);
  private final Deque<Step> steps = new ArrayDeque<>();

  /** Takes one thing back. */
  @FunctionalInterface
  public interface Step {
    void run() throws Exception;
  }

  /** Remembers how to take back what was just done, or is about to be. */
  public void add(Step step) {
    steps.push(step);
  }

  /** All went well: nothing is to be taken back. */
  public void keep() {
    steps.clear();
  }

  @Override
  public void close() {
    while (!steps.isEmpty()) {
      try {
        steps.pop().run();
      } catch (Exception e) {
        LOG.error("a step could not be taken back", e);
      }
    }
  }
}

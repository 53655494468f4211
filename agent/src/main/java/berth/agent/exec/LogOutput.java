package berth.agent.exec;

import berth.agent.report.Streams;
import berth.protocol.CommandId;
import berth.protocol.stream.Input;
import berth.protocol.stream.Input.OutputCredit;
import berth.protocol.stream.Output;
import berth.protocol.stream.Output.Channel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Gathers lines into chunks: one goes out as soon as there is room for it, and takes along all that
 * came until then. Who writes lines faster than they go out has to wait.
 */
public final class LogOutput implements AutoCloseable {
  private final Streams.Stream stream;
  private final OutputWindow window;
  private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
  private final Lock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final CompletableFuture<Void> sent = new CompletableFuture<>();
  private boolean ended;
  private boolean abandoned;

  private LogOutput(CommandId command, Streams streams) {
    stream = streams.open(command, this::received);
    window = new OutputWindow(stream, this::wake);
  }

  /** Begins the output of a command. */
  public static LogOutput open(CommandId command, Streams streams) {
    var output = new LogOutput(command, streams);
    Thread.ofVirtual().name("berth-logs-" + command).start(output::send);
    return output;
  }

  /** Adds a line; waits while there is a chunk's worth that nobody has taken. */
  public void line(String line) {
    var bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    lock.lock();
    try {
      while (!abandoned && isFullWith(bytes)) {
        changed.awaitUninterruptibly();
      }
      gathered.writeBytes(bytes);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all has gone out; gives how many chunks it took. */
  public long finish() {
    change(() -> ended = true);
    sent.join();
    return window.sent();
  }

  /** Nobody wants the rest. */
  public void abandon() {
    change(() -> abandoned = true);
  }

  @Override
  public void close() {
    abandon();
    sent.join();
    stream.close();
  }

  private void send() {
    try {
      for (var next = next(); next.length > 0; next = next()) {
        window.send(Channel.STDOUT, next);
      }
      sent.complete(null);
    } catch (RuntimeException e) {
      abandon();
      sent.completeExceptionally(e);
    }
  }

  /** At most a chunk of what has gathered, once there is room for it; nothing at the end. */
  private byte[] next() {
    lock.lock();
    try {
      while (!abandoned && !isDue() && !(ended && gathered.size() == 0)) {
        changed.awaitUninterruptibly();
      }
      var all = abandoned ? new byte[0] : gathered.toByteArray();
      var length = Math.min(all.length, Output.CHUNK_BYTES);
      gathered.reset();
      gathered.write(all, length, all.length - length);
      changed.signalAll();
      return Arrays.copyOf(all, length);
    } finally {
      lock.unlock();
    }
  }

  private boolean isDue() {
    return gathered.size() > 0 && window.hasRoom();
  }

  private boolean isFullWith(byte[] more) {
    return gathered.size() > 0 && gathered.size() + more.length > Output.CHUNK_BYTES;
  }

  /** Of what the controller sends only credit matters to a reader. */
  private void received(Input message) {
    if (message instanceof OutputCredit(var through) && window != null) {
      window.credit(through);
    }
  }

  private void wake() {
    change(() -> {});
  }

  private void change(Runnable what) {
    lock.lock();
    try {
      what.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}

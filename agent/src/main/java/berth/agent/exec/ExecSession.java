package berth.agent.exec;

import berth.agent.process.ContainerProcess;
import berth.agent.process.ContainerProcesses;
import berth.agent.process.Outcome;
import berth.agent.process.PipeReader;
import berth.agent.process.ProcessSpec;
import berth.agent.report.Streams;
import berth.protocol.CommandId;
import berth.protocol.stream.Input;
import berth.protocol.stream.Input.OutputCredit;
import berth.protocol.stream.Input.ProgramSignal;
import berth.protocol.stream.Input.Resize;
import berth.protocol.stream.Input.StdinChunk;
import berth.protocol.stream.Input.StdinEnd;
import berth.protocol.stream.Output.Channel;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One program in a container, with its output and input under way. A reader is paused as soon as
 * the controller has no more room, so at most the granted chunks are ever in memory.
 */
final class ExecSession implements AutoCloseable {
  private final boolean streaming;
  private final Streams.Stream stream;
  private final OutputWindow output;
  private final Tail stdout = new Tail();
  private final Tail stderr = new Tail();
  private final CompletableFuture<ContainerProcess> process = new CompletableFuture<>();
  private Optional<InputWindow> input = Optional.empty();
  private long controlled;
  private volatile boolean inputLost;

  private ExecSession(CommandId command, boolean streaming, Streams streams) {
    this.streaming = streaming;
    this.stream = streams.open(command, this::received);
    this.output = new OutputWindow(stream, this::hasRoomAgain);
  }

  /** Starts a program; how that went, its outcome tells. */
  static ExecSession start(
      CommandId command,
      ProcessSpec spec,
      boolean streaming,
      ContainerProcesses processes,
      Streams streams) {
    var session = new ExecSession(command, streaming, streams);
    try {
      var process =
          processes.start(spec, session.sink(Channel.STDOUT), session.sink(Channel.STDERR));
      session.begin(process);
      return session;
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /** Ends with the program and its output. */
  CompletableFuture<Outcome> outcome() {
    return process.join().outcome();
  }

  /** Ends the program; what it wrote and nobody took is thrown away. */
  void cancel() {
    var running = process.join();
    running.cancel();
    running.stdout().close();
    running.stderr().ifPresent(PipeReader::close);
  }

  /** What is to be said of how it ran; told once it has ended. */
  Optional<String> note() {
    return process.join().note();
  }

  /** Whether the program had to be ended because a piece of its input never came. */
  boolean inputLost() {
    return inputLost;
  }

  long chunks() {
    return output.sent();
  }

  Tail stdout() {
    return stdout;
  }

  Tail stderr() {
    return stderr;
  }

  @Override
  public void close() {
    stream.close();
  }

  private void begin(ContainerProcess started) {
    synchronized (this) {
      input = started.stdin().map(writer -> new InputWindow(stream, writer, this::lost));
    }
    process.complete(started);
    resume(started);
    input.ifPresent(InputWindow::open);
  }

  private void hasRoomAgain() {
    var _ = process.thenAccept(this::resume);
  }

  /** Until the readers' thread comes to it, the room may have been taken: so it is asked there. */
  private void resume(ContainerProcess running) {
    running.stdout().resumeWhere(this::mayRead);
    running.stderr().ifPresent(reader -> reader.resumeWhere(this::mayRead));
  }

  private boolean mayRead() {
    return !streaming || output.hasRoom();
  }

  private void lost() {
    inputLost = true;
    Thread.startVirtualThread(this::cancel);
  }

  private void received(Input message) {
    switch (message) {
      case OutputCredit(var through) -> {
        var _ = process.thenAccept(_ -> output.credit(through));
      }
      case StdinChunk chunk -> input().ifPresent(window -> window.take(chunk));
      case StdinEnd end -> input().ifPresent(window -> window.end(end));
      case Resize(var sequence, var size) -> control(sequence, running -> running.resize(size));
      case ProgramSignal(var sequence, var signal) ->
          control(sequence, running -> running.signal(signal.number()));
    }
  }

  /** Each once, and a late one not after a newer. */
  private synchronized void control(long sequence, Consumer<ContainerProcess> action) {
    if (sequence > controlled) {
      controlled = sequence;
      var _ = process.thenAccept(action);
    }
  }

  private synchronized Optional<InputWindow> input() {
    return input;
  }

  private PipeReader.Sink sink(Channel channel) {
    var tail = channel == Channel.STDOUT ? stdout : stderr;
    return new PipeReader.Sink() {
      @Override
      public void data(PipeReader reader, byte[] bytes) {
        tail.add(bytes);
        if (streaming) {
          output.send(channel, bytes);
          pauseWithoutRoom();
        }
      }

      @Override
      public void end() {}
    };
  }

  /** Both readers share the room; both are read on the thread that this runs on. */
  private void pauseWithoutRoom() {
    var running = process.join();
    if (!output.hasRoom()) {
      running.stdout().pause();
      running.stderr().ifPresent(PipeReader::pause);
      if (output.hasRoom()) {
        resume(running); // credit came between the look and the pause
      }
    }
  }
}

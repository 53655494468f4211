package berth.agent.exec;

import berth.agent.process.PipeWriter;
import berth.agent.report.Streams;
import berth.protocol.stream.Input.StdinChunk;
import berth.protocol.stream.Input.StdinEnd;
import berth.protocol.stream.Output;
import berth.protocol.stream.Output.InputCredit;

/**
 * The input of one program: takes each chunk once and in order, and gives credit for more as the
 * program reads. A program that reads no more has its input thrown away.
 */
final class InputWindow {
  /** With chunks of 64 KiB this many fill what {@link PipeWriter} lets wait. */
  static final int WIDTH = PipeWriter.MOST_WAITING / Output.CHUNK_BYTES;

  private static final int STEP = WIDTH / 4;

  private final Streams.Stream stream;
  private final PipeWriter writer;
  private final Runnable onLoss;
  private long received;
  private long written;
  private long granted;

  /**
   * @param onLoss called when a chunk is missing and the program's input can't be made whole
   */
  InputWindow(Streams.Stream stream, PipeWriter writer, Runnable onLoss) {
    this.stream = stream;
    this.writer = writer;
    this.onLoss = onLoss;
  }

  /** Says how much may come at first. */
  synchronized void open() {
    grant();
  }

  synchronized void take(StdinChunk chunk) {
    if (isNext(chunk.sequence())) {
      var _ = writer.write(chunk.data().array()).whenComplete((_, _) -> taken());
    }
  }

  synchronized void end(StdinEnd end) {
    if (isNext(end.sequence())) {
      writer.end();
    }
  }

  /** A number that was here before is a message delivered twice; one further on is a loss. */
  private boolean isNext(long sequence) {
    if (sequence > received + 1) {
      onLoss.run();
    }
    if (sequence != received + 1) {
      return false;
    }
    received = sequence;
    return true;
  }

  private synchronized void taken() {
    written++;
    if (written + WIDTH >= granted + STEP) {
      grant();
    }
  }

  private void grant() {
    granted = written + WIDTH;
    stream.send(new InputCredit(granted));
  }
}

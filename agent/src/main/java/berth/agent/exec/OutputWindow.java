package berth.agent.exec;

import berth.agent.report.Streams;
import berth.protocol.Bytes;
import berth.protocol.stream.Output;
import berth.protocol.stream.Output.Channel;
import berth.protocol.stream.Output.OutputChunk;

/**
 * The output of one command on its way: numbers the chunks and keeps count of how many more the
 * controller has room for. Whoever sends looks at {@link #hasRoom} first.
 */
final class OutputWindow {
  /** No credit opens the window further than this, so that nothing piles up towards the broker. */
  static final int WIDEST = 256;

  private final Streams.Stream stream;
  private final Runnable onRoom;
  private long sent;
  private long through = Output.INITIAL_CREDIT;

  /**
   * @param onRoom called when there is room again after there was none
   */
  OutputWindow(Streams.Stream stream, Runnable onRoom) {
    this.stream = stream;
    this.onRoom = onRoom;
    stream.onRoom(this::othersMadeRoom);
  }

  /** Whether one more chunk may be sent, by its reader and by what waits for the broker. */
  synchronized boolean hasRoom() {
    return sent < through && stream.hasRoom();
  }

  /** Sends a chunk; in the order of the calls. */
  synchronized void send(Channel channel, byte[] bytes) {
    sent++;
    stream.send(new OutputChunk(sent, channel, Bytes.of(bytes)));
  }

  /** The controller has room up to and with this number; credit never goes down. */
  void credit(long number) {
    boolean opened;
    synchronized (this) {
      var before = hasRoom();
      through = Math.max(through, Math.min(number, sent + WIDEST));
      opened = !before && hasRoom();
    }
    if (opened) {
      onRoom.run();
    }
  }

  private void othersMadeRoom() {
    if (hasRoom()) {
      onRoom.run();
    }
  }

  /** How many chunks were sent. */
  synchronized long sent() {
    return sent;
  }
}

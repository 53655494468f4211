package berth.agent.process;

import java.util.concurrent.CompletableFuture;

/** Passes a stream on and notes its end. */
final class ToldEnd implements PipeReader.Sink {
  private final PipeReader.Sink sink;
  private final CompletableFuture<Void> told = new CompletableFuture<>();

  ToldEnd(PipeReader.Sink sink) {
    this.sink = sink;
  }

  /** Done when the end has come. */
  CompletableFuture<Void> told() {
    return told;
  }

  @Override
  public void data(PipeReader reader, byte[] bytes) {
    sink.data(reader, bytes);
  }

  @Override
  public void end() {
    try {
      sink.end();
    } finally {
      told.complete(null);
    }
  }
}

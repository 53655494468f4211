package berth.agent.process;

import berth.protocol.WindowSize;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A program in a container, from its start to its end. Safe for use by many threads. */
public final class ContainerProcess {
  private final Run run;

  ContainerProcess(Run run) {
    this.run = run;
  }

  /** Ends when the program has ended and its output was read to the end. It does not fail. */
  public CompletableFuture<Outcome> outcome() {
    return run.finished().copy();
  }

  /** What is to be said of how it ran, such as less isolation; told once it has ended. */
  public Optional<String> note() {
    return run.note();
  }

  /** Its standard output, not read until it is resumed. */
  public PipeReader stdout() {
    return run.stdio().stdout();
  }

  /** Its standard error, not read until it is resumed; empty where it runs on a terminal. */
  public Optional<PipeReader> stderr() {
    return run.stdio().stderr();
  }

  /** Its standard input, where it was asked for. */
  public Optional<PipeWriter> stdin() {
    return run.stdio().stdin();
  }

  /** Gives its terminal's window another size, where it has one. */
  public void resize(WindowSize size) {
    run.stdio().resize(size);
  }

  /** Sends a signal to it and all its children (signal(7)), as soon as it has begun. */
  public void signal(int number) {
    run.signal(number);
  }

  /** Ends the program and all its children; the outcome tells when they are dead. */
  public void cancel() {
    run.cancel();
  }
}

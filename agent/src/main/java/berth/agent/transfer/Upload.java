package berth.agent.transfer;

import berth.agent.dispatch.Job;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Sends a stream by HTTP, in pieces that are posted with their place in it and kept until they are
 * acknowledged: a lost connection or a restart of the server costs one piece. A stream that begins
 * anew replaces what came before it.
 */
public final class Upload extends OutputStream {
  private static final int PIECE = 4 << 20;
  private static final int TOO_MANY = 429;
  private static final int CONNECT_MILLIS = 10_000;
  private static final int READ_MILLIS = 60_000;
  private static final long BETWEEN_NANOS = 250_000_000;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

  private final URI address;
  private final Duration patience;
  private final Job job;
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private final byte[] piece = new byte[PIECE];
  private volatile HttpURLConnection current;
  private int filled;
  private long sent;
  private long told;
  private boolean begun;

  /** Sends to an address that takes pieces; at the latest {@link #close} sends the last one. */
  public Upload(URI address, Job job) {
    this(address, Duration.ofMinutes(5), job);
  }

  /** Gives up where no piece was taken for so long. */
  Upload(URI address, Duration patience, Job job) {
    this.address = address;
    this.patience = patience;
    this.job = job;
    job.onCancel(this::hangUp);
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    for (var at = 0; at < length; ) {
      var count = Math.min(length - at, PIECE - filled);
      System.arraycopy(bytes, offset + at, piece, filled, count);
      filled += count;
      at += count;
      if (filled == PIECE) {
        send();
      }
    }
  }

  /** Sends what is left. To be called for a whole stream only: it says that this is all. */
  public void complete() throws IOException {
    if (filled > 0 || !begun) {
      send();
    }
  }

  private void send() throws IOException {
    var giveUp = System.nanoTime() + patience.toNanos();
    for (var pause = Duration.ofMillis(200); ; pause = longer(pause)) {
      job.stopIfCancelled();
      try {
        post();
        begun = true;
        sent += filled;
        filled = 0;
        tell();
        return;
      } catch (IOException e) {
        job.stopIfCancelled();
        if (System.nanoTime() > giveUp) {
          throw new BerthException(
              new Problem(
                  ProblemCode.UNAVAILABLE,
                  "could not send to " + address.getAuthority() + ": " + e.getMessage()),
              e);
        }
        job.progress("waiting for " + address.getAuthority() + ": " + e.getMessage());
        pause(pause);
      }
    }
  }

  private void tell() {
    if (System.nanoTime() - told > BETWEEN_NANOS) {
      told = System.nanoTime();
      job.progress("sent " + new ByteSize(sent));
    }
  }

  private void post() throws IOException {
    var place = URI.create(address + "?offset=" + sent);
    var connection = (HttpURLConnection) place.toURL().openConnection();
    current = connection;
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(READ_MILLIS);
    connection.setRequestMethod("POST");
    connection.setRequestProperty("Content-Type", "application/octet-stream");
    connection.setDoOutput(true);
    connection.setFixedLengthStreamingMode(filled);
    try (var out = connection.getOutputStream()) {
      out.write(piece, 0, filled);
    }
    var status = connection.getResponseCode();
    if (status >= 400) {
      throw refused(connection, status);
    }
    try (var in = connection.getInputStream()) {
      in.skipNBytes(in.available());
    }
  }

  /** What will not be otherwise the next time ends the stream; the rest may pass. */
  private BerthException refused(HttpURLConnection connection, int status) throws IOException {
    var told = problem(connection);
    var full = told.filter(problem -> problem.code() == ProblemCode.NO_SPACE);
    if (full.isEmpty() && (status >= 500 || status == TOO_MANY)) {
      throw new IOException("the server answered " + status);
    }
    return new BerthException(
        told.orElse(
            new Problem(
                status == HttpURLConnection.HTTP_NOT_FOUND
                    ? ProblemCode.NOT_FOUND
                    : ProblemCode.FAILED,
                "could not send to " + address.getAuthority() + ": it answered " + status)));
  }

  private static Optional<Problem> problem(HttpURLConnection connection) {
    try (var in = connection.getErrorStream()) {
      if (in == null) {
        return Optional.empty();
      }
      var told = Wire.read(in.readNBytes(64 << 10), JsonNode.class);
      return Optional.of(
          new Problem(
              ProblemCode.valueOf(told.path("code").asText()),
              told.path("detail").asText(),
              Optional.ofNullable(told.path("remedy").asText(null)),
              java.util.List.of()));
    } catch (IOException | BerthException | IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private void hangUp() {
    cancelled.countDown();
    var connection = current;
    if (connection != null) {
      connection.disconnect();
    }
  }

  private void pause(Duration pause) {
    try {
      var early = cancelled.await(pause.toMillis(), TimeUnit.MILLISECONDS);
      assert !early || cancelled.getCount() == 0;
    } catch (InterruptedException e) {
      throw new AssertionError("worker threads are not interrupted", e);
    }
  }

  private static Duration longer(Duration pause) {
    var twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
  }
}

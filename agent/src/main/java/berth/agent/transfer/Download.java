package berth.agent.transfer;

import berth.agent.dispatch.Job;
import berth.agent.storage.StorageFailure;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import berth.protocol.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Fetches a file by HTTP, and goes on where it was cut off: after a lost connection, a restart of
 * the server or of this agent. A file counts only once its SHA-256 is right.
 */
public final class Download {
  private static final int TOO_MANY = 429;
  private static final int BUFFER = 128 * 1024;
  private static final int CONNECT_MILLIS = 10_000;
  private static final int READ_MILLIS = 30_000;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

  private static final Set<PosixFilePermission> OWNERS =
      PosixFilePermissions.fromString("rw-------");

  private final URI base;
  private final Duration patience;

  /** Locations that are no absolute addresses are beneath this one. */
  public Download(URI base) {
    this(base, Duration.ofMinutes(5));
  }

  /** Gives up where nothing has come for so long. */
  Download(URI base, Duration patience) {
    this.base = base;
    this.patience = patience;
  }

  /** Fetches to a file, which may hold the beginning of it already. */
  public void fetch(URI location, Sha256 wanted, ByteSize size, Path file, Job job)
      throws IOException {
    var address = base.resolve(location);
    var cancelled = new CountDownLatch(1);
    job.onCancel(cancelled::countDown);
    var lastProgress = System.nanoTime();
    var pause = Duration.ofMillis(200);
    while (length(file) < size.bytes()) {
      job.stopIfCancelled();
      var before = length(file);
      try {
        transfer(address, size, file, job);
      } catch (IOException e) {
        job.stopIfCancelled();
        if (length(file) > before) {
          lastProgress = System.nanoTime();
          pause = Duration.ofMillis(200);
        } else if (System.nanoTime() - lastProgress > patience.toNanos()) {
          throw new BerthException(
              ProblemCode.UNAVAILABLE, "could not fetch " + shown(address) + ": " + e.getMessage());
        }
        job.progress("waiting for " + address.getAuthority() + ": " + e.getMessage());
        pause(cancelled, pause);
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
      }
    }
    check(file, wanted, job);
  }

  private static void transfer(URI address, ByteSize size, Path file, Job job) throws IOException {
    var have = length(file);
    var connection = (HttpURLConnection) address.toURL().openConnection();
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(READ_MILLIS);
    connection.setRequestProperty("Range", "bytes=" + have + "-");
    connection.setRequestProperty("Accept-Encoding", "identity");
    job.onCancel(connection::disconnect);
    try {
      var append = resumes(address, connection.getResponseCode());
      try (var in = connection.getInputStream();
          var out = open(file, append)) {
        copy(in, out, append ? have : 0, size, job);
      }
    } finally {
      connection.disconnect();
    }
  }

  /** Whether what comes begins where we asked, and not at the beginning of the file. */
  private static boolean resumes(URI address, int status) throws IOException {
    if (status >= 500 || status == TOO_MANY) {
      throw new IOException("the server answered " + status);
    }
    if (status != HttpURLConnection.HTTP_PARTIAL && status != HttpURLConnection.HTTP_OK) {
      throw refused(address, status);
    }
    return status == HttpURLConnection.HTTP_PARTIAL;
  }

  private static BerthException refused(URI address, int status) {
    return new BerthException(
        status == HttpURLConnection.HTTP_NOT_FOUND ? ProblemCode.NOT_FOUND : ProblemCode.FAILED,
        "could not fetch " + shown(address) + ": the server answered " + status);
  }

  /** For people: who knows the whole address of a transfer may use it. */
  private static String shown(URI address) {
    return address.toString().replaceFirst("(/transfers/[0-9a-f]{8})[0-9a-f]+", "$1...");
  }

  private static OutputStream open(Path file, boolean append) throws IOException {
    if (!Files.exists(file)) {
      // It may hold what only a container's root may read.
      Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNERS));
    }
    return Files.newOutputStream(
        file,
        StandardOpenOption.WRITE,
        append ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
  }

  private static void copy(InputStream in, OutputStream out, long have, ByteSize size, Job job)
      throws IOException {
    var buffer = new byte[BUFFER];
    var done = have;
    var told = 0L;
    for (int count; (count = in.read(buffer)) >= 0; ) {
      done += count;
      if (done > size.bytes()) {
        throw new BerthException(
            ProblemCode.FAILED, "more came than the " + size + " that were announced");
      }
      write(out, buffer, count);
      if (System.nanoTime() - told > 250_000_000 || told == 0) {
        told = System.nanoTime();
        job.progress(
            "fetched " + new ByteSize(done) + " of " + size,
            Optional.of((double) done / Math.max(1, size.bytes())));
      }
    }
    if (done < size.bytes()) {
      throw new IOException("the connection ended after " + new ByteSize(done) + " of " + size);
    }
  }

  /** A file that can't be written is no matter of the network: to wait does not help. */
  private static void write(OutputStream out, byte[] buffer, int count) {
    try {
      out.write(buffer, 0, count);
    } catch (IOException e) {
      throw StorageFailure.of("write what was fetched", e);
    }
  }

  private static void check(Path file, Sha256 wanted, Job job) throws IOException {
    job.progress("checking its SHA-256");
    var digest = sha256();
    try (var in = Files.newInputStream(file)) {
      var buffer = new byte[BUFFER];
      for (int count; (count = in.read(buffer)) >= 0; ) {
        digest.update(buffer, 0, count);
      }
    }
    var found = Sha256.of(digest.digest());
    if (!found.equals(wanted)) {
      throw new BerthException(
          ProblemCode.FAILED,
          "what was fetched has the SHA-256 " + found + " instead of " + wanted,
          "send it again");
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private static long length(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  private static void pause(CountDownLatch cancelled, Duration pause) {
    try {
      var early = cancelled.await(pause.toMillis(), TimeUnit.MILLISECONDS);
      assert !early || cancelled.getCount() == 0;
    } catch (InterruptedException e) {
      throw new AssertionError("worker threads are not interrupted", e);
    }
  }
}

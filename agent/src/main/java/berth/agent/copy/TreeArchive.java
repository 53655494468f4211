package berth.agent.copy;

import berth.agent.copy.tar.TarEntry;
import berth.agent.copy.tar.TarReader;
import berth.agent.copy.tar.TarWriter;
import berth.agent.dispatch.Job;
import berth.agent.linux.Directory;
import berth.agent.linux.FileStatus;
import berth.agent.linux.Folder;
import berth.agent.linux.ThreadIdentity;
import berth.agent.process.Filter;
import berth.agent.process.HostCommand;
import berth.agent.process.ProcessFailed;
import berth.agent.storage.Tools;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.reply.Result.CopyResult;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A container as one file: its root as a tar archive (pax), compressed by zstd(1), that any tar can
 * read. The root's own member comes twice, with a comment each: first the {@link Manifest}, and at
 * the end the SHA-256 of all before it, so that an archive proves that it is whole and right
 * wherever it was kept.
 */
final class TreeArchive {
  private static final int BUFFER = 256 << 10;

  /** How far into an archive its manifest may be looked for. */
  private static final ByteSize LARGEST_BEGINNING = new ByteSize(4 << 20);

  private static final byte[] ZSTD = HexFormat.of().parseHex("28b52ffd");
  private static final String PROGRAM = "zstd";

  private final Tools tools;

  TreeArchive(Tools tools) {
    this.tools = tools;
  }

  /**
   * Packs a tree which nobody changes meanwhile. The archive's last bytes are written only after
   * the check.
   */
  CopyResult write(Path tree, Manifest manifest, Archives.Check check, OutputStream to, Job job)
      throws IOException {
    tools.require(PROGRAM, "export a container");
    var warnings = new Warnings();
    var out = new Summing(to);
    try (var zstd = Filter.start(HostCommand.of(PROGRAM, "-q", "-T0", "-c"))) {
      job.onCancel(zstd::kill);
      var packing =
          ThreadIdentity.startMaking(
              0,
              0,
              () -> {
                try (var in = new BufferedOutputStream(zstd.input(), BUFFER)) {
                  return pack(tree, manifest, check, in, job, warnings);
                }
              });
      try {
        zstd.output().transferTo(out);
      } catch (IOException | RuntimeException e) {
        zstd.kill();
        packing.exceptionally(_ -> 0L).join(); // nothing reads the tree any more
        throw e;
      }
      long entries = ThreadIdentity.await(packing);
      zstd.await();
      return new CopyResult(out.sha256(), new ByteSize(out.size()), entries, warnings.lines());
    } catch (IOException e) {
      job.stopIfCancelled(); // zstd was killed
      throw e;
    } catch (ProcessFailed e) {
      job.stopIfCancelled();
      throw failed(e);
    }
  }

  private static long pack(
      Path tree,
      Manifest manifest,
      Archives.Check check,
      OutputStream to,
      Job job,
      Warnings warnings)
      throws IOException {
    try (Folder folder = Folder.of(Directory.open(tree))) {
      var sum = new Summing(to);
      var tar = new TarWriter(sum);
      var ids = Ids.ofRoot(FileStatus.of(folder.fd()));
      var packer = new Packer(tar, ids, job, warnings, true);
      packer.packItself(folder, manifest.comment());
      packer.packInside(folder);
      check.run();
      packer.packItself(folder, Seal.comment(sum.sha256()));
      tar.finish();
      return packer.entries() - 1;
    }
  }

  /** What an archive says of itself; {@code INVALID} where it is none of a container. */
  Manifest manifest(Path file) throws IOException {
    try (var source = open(file)) {
      var beginning = new Limited(source.stream(), LARGEST_BEGINNING);
      var tar = new TarReader(new BufferedInputStream(beginning, BUFFER));
      return first(tar)
          .flatMap(TarEntry::comment)
          .flatMap(Manifest::of)
          .orElseThrow(TreeArchive::none);
    }
  }

  private static Optional<TarEntry> first(TarReader tar) throws IOException {
    try {
      return tar.next();
    } catch (BerthException _) {
      throw none(); // no archive at all
    }
  }

  /**
   * Unpacks one into an empty tree, all of it beneath that. It counts once this is done: what is
   * damaged or too large is refused, and then the tree is of no use.
   *
   * @param most how much there may be in it
   * @return what is not as it was, a line each
   */
  List<String> read(Path file, Path tree, ByteSize most, Job job) throws IOException {
    var warnings = new Warnings();
    try (var source = open(file)) {
      job.onCancel(source::close);
      var unpacking =
          ThreadIdentity.startMaking(0, 0, () -> unpack(source, tree, most, job, warnings));
      ThreadIdentity.await(unpacking);
      source.await();
      return warnings.lines();
    } catch (IOException e) {
      job.stopIfCancelled(); // zstd was killed
      throw e;
    } catch (ProcessFailed e) {
      job.stopIfCancelled();
      throw failed(e);
    }
  }

  private static Void unpack(Source source, Path tree, ByteSize most, Job job, Warnings warnings)
      throws IOException {
    var limited = new Limited(source.stream(), most);
    var seal = new Seal(new BufferedInputStream(limited, BUFFER));
    var manner = new Unpacker.Manner(true, seal::see);
    try (var counting = new Counting(seal, Optional.empty(), job);
        var landing = Landing.ofTree(Folder.of(Directory.open(tree)));
        var unpacker =
            new Unpacker(
                new TarReader(counting, seal::mark),
                landing,
                Ids.same(),
                Optional.empty(),
                job,
                warnings,
                manner)) {
      unpacker.unpack();
      seal.requireClosed();
      counting.transferTo(OutputStream.nullOutputStream()); // what follows an archive's end
    }
    return null;
  }

  /** The bytes of an archive, and what makes them. */
  private record Source(InputStream stream, Optional<Filter> filter) implements AutoCloseable {
    void await() {
      filter.ifPresent(Filter::await);
    }

    @Override
    public void close() {
      filter.ifPresent(Filter::close);
      try {
        stream.close();
      } catch (IOException _) {
        // nothing was written to it
      }
    }
  }

  private Source open(Path file) throws IOException {
    byte[] head;
    try (var in = Files.newInputStream(file)) {
      head = in.readNBytes(ZSTD.length);
    }
    if (!Arrays.equals(head, ZSTD)) {
      return new Source(Files.newInputStream(file), Optional.empty());
    }
    tools.require(PROGRAM, "import a container");
    var zstd = Filter.of(file, HostCommand.of(PROGRAM, "-q", "-d", "-c"));
    return new Source(zstd.output(), Optional.of(zstd));
  }

  private static BerthException none() {
    return new BerthException(
        ProblemCode.INVALID,
        "the file is no archive of a container",
        "make one with berth export; of any other root file system make an image with berth image"
            + " import");
  }

  private static BerthException failed(ProcessFailed e) {
    return new BerthException(
        new Problem(
                ProblemCode.FAILED,
                "zstd failed" + (e.log().isEmpty() ? "" : ": " + e.log().getLast()))
            .withLog(e.log()),
        e);
  }
}

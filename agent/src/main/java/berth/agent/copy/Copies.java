package berth.agent.copy;

import berth.agent.copy.tar.TarReader;
import berth.agent.copy.tar.TarWriter;
import berth.agent.dispatch.Job;
import berth.agent.dispatch.Performer;
import berth.agent.linux.FileSystem;
import berth.agent.linux.Folder;
import berth.agent.linux.ThreadIdentity;
import berth.agent.storage.Pool;
import berth.agent.storage.Pools;
import berth.agent.storage.StorageFailure;
import berth.agent.transfer.Download;
import berth.agent.transfer.Upload;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.InnerPath;
import berth.protocol.ProblemCode;
import berth.protocol.command.CopyCommand;
import berth.protocol.command.CopyCommand.CopyIn;
import berth.protocol.command.CopyCommand.CopyOut;
import berth.protocol.command.CopyCommand.ExportContainer;
import berth.protocol.command.CopyCommand.FilesCommand;
import berth.protocol.reply.Result;
import berth.protocol.reply.Result.CopyResult;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;

/** Copies files into containers and out of them, or hands on to who sends whole ones. */
public final class Copies implements Performer<CopyCommand> {
  private static final int BUFFER = 256 << 10;
  private static final int PATIENCE_SECONDS = 10;

  private final Roots roots;
  private final Pools pools;
  private final Download download;
  private final BiFunction<ExportContainer, Job, Result> exports;
  private final URI base;

  /** Locations that are no absolute addresses are beneath {@code base}. */
  public Copies(
      Roots roots,
      Pools pools,
      Download download,
      BiFunction<ExportContainer, Job, Result> exports,
      URI base) {
    this.roots = roots;
    this.pools = pools;
    this.download = download;
    this.exports = exports;
    this.base = base;
  }

  @Override
  public Result perform(CopyCommand command, Job job) {
    return switch (command) {
      case FilesCommand files -> copy(files, job);
      case ExportContainer export -> exports.apply(export, job);
    };
  }

  private Result copy(FilesCommand command, Job job) {
    try (ContainerRoot root = roots.open(command.container())) {
      return switch (command) {
        case CopyIn in -> in(in, root, job);
        case CopyOut out -> asItsRoot(root, job, own -> out(out, own, job));
      };
    } catch (IOException e) {
      var direction = command instanceof CopyIn ? "to " : "from ";
      var place = Landing.inContainer(command.container(), command.path());
      throw StorageFailure.of("copy " + direction + place, e);
    }
  }

  /** The archive is complete and right on this host before anything of it is in the container. */
  private Result in(CopyIn command, ContainerRoot root, Job job) throws IOException {
    var pool = pools.holding(command.container()).or(this::anyPool);
    var folder = pool.orElseThrow(Copies::noPool).storage();
    var archive = folder.fetching("cp." + job.id());
    var mark = folder.fetching("cp." + job.id() + ".new");
    try {
      asItsRoot(
          root,
          job,
          own -> {
            landing(command, own, mark, job).close(); // refuses before much is fetched
            return null;
          });
      requireSpace(archive, command.size());
      download.fetch(command.location(), command.sha256(), command.size(), archive, job);
      return asItsRoot(root, job, own -> unpack(command, own, archive, mark, job));
    } finally {
      Files.deleteIfExists(archive);
      Files.deleteIfExists(mark);
    }
  }

  private static Result unpack(CopyIn command, ContainerRoot root, Path archive, Path mark, Job job)
      throws IOException {
    var warnings = new Warnings();
    try (var in = new Counting(Files.newInputStream(archive), Optional.of(command.size()), job);
        var landing = landing(command, root, mark, job);
        var unpacker =
            new Unpacker(
                new TarReader(new BufferedInputStream(in, BUFFER)),
                landing,
                root.ids(),
                command.owner(),
                job,
                warnings)) {
      unpacker.unpack();
      job.progress("writing it to the disk");
      FileSystem.sync(landing.folder().fd());
      return new CopyResult(command.sha256(), command.size(), unpacker.entries(), warnings.lines());
    }
  }

  /**
   * What was made by an attempt that was cut short must not look like a folder to copy into, so
   * that nothing was there is written down before.
   */
  private static Landing landing(CopyIn command, ContainerRoot root, Path mark, Job job)
      throws IOException {
    var marked = job.attempt() > 1 && Files.exists(mark);
    var landing = Landing.of(root, command, marked);
    if (landing.anew() && !Files.exists(mark)) {
      Files.createFile(mark);
    }
    return landing;
  }

  private Result out(CopyOut command, ContainerRoot root, Job job) throws IOException {
    var warnings = new Warnings();
    try (var upload = new Upload(base.resolve(command.location()), job)) {
      var sum = new Summing(upload);
      var tar = new TarWriter(sum);
      var packer = new Packer(tar, root.ids(), job, warnings);
      pack(command, root, packer);
      tar.finish();
      upload.complete();
      return new CopyResult(
          sum.sha256(), new ByteSize(sum.size()), packer.entries(), warnings.lines());
    }
  }

  private static void pack(CopyOut command, ContainerRoot root, Packer packer) throws IOException {
    var path = command.path();
    if (path.saysContents()) {
      try (Folder folder = root.findFolder(path).orElseThrow(() -> missing(command))) {
        packer.packContents(folder);
      }
      return;
    }
    try (Folder parent = root.findFolder(path.parent()).orElseThrow(() -> missing(command))) {
      var name = Folder.raw(path.name());
      if (path.saysFolder()) {
        try (Folder folder = root.findFolder(path).orElseThrow(() -> missing(command))) {
          packer.packAs(folder, name);
        }
      } else {
        var found = parent.find(name).orElseThrow(() -> missing(command));
        found.close();
        packer.pack(parent, name);
      }
    }
  }

  private static BerthException missing(CopyOut command) {
    ContainerName container = command.container();
    InnerPath path = command.path();
    return new BerthException(
        ProblemCode.NOT_FOUND,
        "no such file or folder: " + Landing.inContainer(container, path),
        "see what is there with: berth exec HOST/" + container + " -- ls -la " + path.parent());
  }

  /** Something done in a container's root. */
  private interface Step<T> {
    T in(ContainerRoot root) throws IOException;
  }

  /**
   * What is made is made by the container's root, whoever that is on the host. A file of the
   * container's may never answer (fuse(4)), so that its thread, which has the root for itself, is
   * left alone some time after the job was cancelled.
   */
  private static <T> T asItsRoot(ContainerRoot root, Job job, Step<T> step) throws IOException {
    var ids = root.ids();
    var uid = ids.hostUser(0).orElse(0L);
    var gid = ids.hostGroup(0).orElse(0L);
    var folder = Folder.of(root.folder().fd().duplicate());
    var result =
        ThreadIdentity.startMaking(
            uid,
            gid,
            () -> {
              try (var own = new ContainerRoot(folder, ids)) {
                return step.in(own);
              }
            });
    job.onCancel(() -> result.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS));
    try {
      return ThreadIdentity.await(result);
    } catch (IOException e) {
      if (job.cancelled() && e.getCause() instanceof TimeoutException) {
        throw new BerthException(
            ProblemCode.CANCELLED, "cancelled, while a file of the container did not answer");
      }
      throw e;
    }
  }

  private Optional<Pool> anyPool() {
    return pools.all().stream().findFirst();
  }

  private static BerthException noPool() {
    return new BerthException(ProblemCode.UNSUPPORTED, "this host has no pool to fetch to");
  }

  /** The archive and what is in it are there at the same time. */
  private static void requireSpace(Path archive, ByteSize size) throws IOException {
    var free = FileSystem.of(archive.getParent()).free();
    if (free / 2 < size.bytes()) {
      throw new BerthException(
          ProblemCode.NO_SPACE,
          "there are "
              + new ByteSize(free)
              + " left in "
              + archive.getParent()
              + "; to copy takes about "
              + new ByteSize(size.bytes() * 2),
          "remove what is not needed, or grow the pool");
    }
  }
}

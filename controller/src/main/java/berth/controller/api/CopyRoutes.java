package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.Request;
import berth.controller.model.TransferId;
import berth.controller.operation.OperationRequest.Target;
import berth.controller.transfer.TransferStore;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ContainerRef;
import berth.protocol.HostId;
import berth.protocol.InnerPath;
import berth.protocol.PoolName;
import berth.protocol.ProblemCode;
import berth.protocol.Sha256;
import berth.protocol.SnapshotName;
import berth.protocol.command.ContainerCommand.ImportContainer;
import berth.protocol.command.CopyCommand.CopyIn;
import berth.protocol.command.CopyCommand.CopyOut;
import berth.protocol.command.CopyCommand.ExportContainer;
import berth.protocol.command.FileOwner;
import berth.protocol.command.WaitFor;
import io.vertx.core.Future;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** Files into containers and out of them, and whole ones; the bytes go by way of a transfer. */
final class CopyRoutes {
  private final TransferStore transfers;
  private final Submission submission;

  CopyRoutes(TransferStore transfers, Submission submission) {
    this.transfers = transfers;
    this.submission = submission;
  }

  /** An archive that was sent before, to be put into a container; see {@link CopyIn}. */
  record ArchiveIn(
      InnerPath path,
      Optional<Boolean> contents,
      Optional<FileOwner> owner,
      TransferId transfer,
      Sha256 sha256) {
    ArchiveIn {
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(transfer, "transfer");
      Objects.requireNonNull(sha256, "sha256");
    }
  }

  /** What is to be sent to a transfer that was begun before; see {@link CopyOut}. */
  record ArchiveOut(InnerPath path, TransferId transfer) {
    ArchiveOut {
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(transfer, "transfer");
    }
  }

  /** What of a container is to be sent to a transfer; see {@link ExportContainer}. */
  record Export(Optional<SnapshotName> snapshot, TransferId transfer) {
    Export {
      Objects.requireNonNull(transfer, "transfer");
    }
  }

  /** What is to be made of an archive that was sent before; see {@link ImportContainer}. */
  record ImportArchive(
      Optional<PoolName> pool,
      TransferId transfer,
      Sha256 sha256,
      Optional<Boolean> keepIdentity,
      Optional<Boolean> trusted,
      Optional<WaitFor> start) {
    ImportArchive {
      Objects.requireNonNull(transfer, "transfer");
      Objects.requireNonNull(sha256, "sha256");
    }
  }

  /** The transfer is kept as long as the host may begin. */
  Future<Answer> in(Request request) {
    var container = container(request);
    var wanted = request.body(ArchiveIn.class, Function.identity());
    return sent(wanted.transfer(), request)
        .compose(size -> {
          var command =
              new CopyIn(
                  container.container(),
                  wanted.path(),
                  wanted.contents().orElse(false),
                  wanted.owner(),
                  location(wanted.transfer()),
                  wanted.sha256(),
                  size);
          var summary = "copy to " + container + ":" + wanted.path();
          return submission.submit(request, summary, new Target(container.host(), command));
        });
  }

  Future<Answer> bring(Request request) {
    var container = container(request);
    var wanted = request.body(ImportArchive.class, Function.identity());
    return sent(wanted.transfer(), request)
        .compose(size -> {
          var command =
              new ImportContainer(
                  container.container(),
                  wanted.pool(),
                  location(wanted.transfer()),
                  wanted.sha256(),
                  size,
                  wanted.keepIdentity().orElse(false),
                  wanted.trusted().orElse(false),
                  wanted.start());
          return submission.submit(
              request, "import " + container, new Target(container.host(), command));
        });
  }

  /** The size of what was sent, which is kept as long as the host may begin. */
  private Future<ByteSize> sent(TransferId transfer, Request request) {
    return transfers
        .hold(transfer, Submission.deadline(request))
        .compose(_ -> transfers.find(transfer))
        .map(stored -> {
          if (stored.transfer().size().bytes() == 0) {
            throw new BerthException(
                ProblemCode.CONFLICT, "nothing was sent to the transfer", "send the archive first");
          }
          return stored.transfer().size();
        });
  }

  Future<Answer> export(Request request) {
    var container = container(request);
    var wanted = request.body(Export.class, Function.identity());
    var command =
        new ExportContainer(container.container(), wanted.snapshot(), location(wanted.transfer()));
    var what = wanted.snapshot().map(snapshot -> " as of " + snapshot).orElse("");
    return transfers
        .hold(wanted.transfer(), Submission.deadline(request))
        .compose(_ ->
            submission.submit(
                request, "export " + container + what, new Target(container.host(), command)));
  }

  Future<Answer> out(Request request) {
    var container = container(request);
    var wanted = request.body(ArchiveOut.class, Function.identity());
    var command = new CopyOut(container.container(), wanted.path(), location(wanted.transfer()));
    return transfers
        .hold(wanted.transfer(), Submission.deadline(request))
        .compose(_ ->
            submission.submit(
                request,
                "copy from " + container + ":" + wanted.path(),
                new Target(container.host(), command)));
  }

  /** The agents know the controller's address better than this end does: a path is enough. */
  private static URI location(TransferId transfer) {
    return URI.create(TransferRoutes.path(transfer));
  }

  private static ContainerRef container(Request request) {
    return new ContainerRef(
        request.path("host", HostId::of), request.path("name", ContainerName::of));
  }
}

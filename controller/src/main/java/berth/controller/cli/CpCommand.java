package berth.controller.cli;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import berth.controller.model.OperationView;
import berth.controller.model.TransferId;
import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import berth.protocol.Sha256;
import berth.protocol.command.FileOwner;
import berth.protocol.reply.Result.CopyResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code berth cp}: files into a container and out of it. */
final class CpCommand {
  /** Belongs to whom this process acts for. */
  private static final Path SELF = Path.of("/proc/self");

  private final Invocation invocation;
  private final ApiClient api;
  private final LocalTar tar;

  private CpCommand(Invocation invocation) {
    this.invocation = invocation;
    this.api = invocation.api();
    this.tar = new LocalTar(invocation.terminal());
  }

  static CommandSpec spec() {
    return Options.command(
        "cp",
        "Copy files and folders into a container or out of it, with owner, mode, time, attributes"
            + " and holes. HOST/CONTAINER:PATH names one in a container, running or stopped; - is"
            + " a tar archive on standard input or output. They go into a folder that is there,"
            + " else become what has the name; PATH/. is what is in a folder.",
        in -> new CpCommand(in).run(),
        ContainerCommands.args(
            List.<ArgSpec>of(
                operand(0, "SOURCE", "What to copy."),
                operand(1, "DESTINATION", "Where to."),
                Options.typed(
                    "--owner",
                    "UID:GID",
                    "Into a container: whom all of it belongs to (who owns it here, by number).",
                    FileOwner.class,
                    FileOwner::parse),
                Options.flag(
                    "-a|--archive",
                    "Out of a container, as root: keep set-user-ID bits and file capabilities."))),
        "berth cp ./conf.d lab1/web:/etc/nginx/",
        "berth cp --owner 33:33 ./site/. lab1/web:/var/www",
        "berth cp lab1/web:/var/log ./logs",
        "tar -c conf.d | berth cp - lab1/web:/etc/nginx",
        "berth cp lab1/web:/etc - | tar -t");
  }

  private static PositionalParamSpec operand(int index, String label, String description) {
    return Options.operand(index, label, description, CopyOperand.class, CopyOperand::parse);
  }

  private int run() throws IOException, InterruptedException {
    var source = invocation.operand(0, CopyOperand.class);
    var target = invocation.operand(1, CopyOperand.class);
    if (source instanceof CopyOperand.Remote from && !(target instanceof CopyOperand.Remote)) {
      return out(from, target);
    }
    if (target instanceof CopyOperand.Remote to && !(source instanceof CopyOperand.Remote)) {
      return in(source, to);
    }
    throw invocation.usage("one of the two must be in a container, as HOST/CONTAINER:PATH");
  }

  private int in(CopyOperand source, CopyOperand.Remote target)
      throws IOException, InterruptedException {
    if (source instanceof CopyOperand.Local local) {
      requireThere(local);
    }
    // Else it would be known only when all of it is sent.
    api.get(ContainerCommands.path(target.container()));
    try (var lease = new TransferLease(invocation, api)) {
      var body = new TreeMap<String, Object>();
      body.put("path", target.path());
      body.put("contents", isContents(source));
      body.put("transfer", lease.transfer());
      body.put("sha256", send(source, lease.transfer()));
      invocation.<FileOwner>option("--owner").ifPresent(owner -> body.put("owner", owner));
      var operation = lease.submit(target.container(), "copy-in", body);
      var status = new Operation(invocation, api).finish(List.of(operation));
      lease.use(invocation.flag("--no-wait"));
      return status;
    }
  }

  private Sha256 send(CopyOperand source, TransferId transfer)
      throws IOException, InterruptedException {
    try (var progress = new Progress(invocation.terminal(), invocation.quiet())) {
      var sender = new TransferSender(api, transfer, progress);
      switch (source) {
        case CopyOperand.Standard _ -> invocation.terminal().in().transferTo(sender);
        case CopyOperand.Local local -> pack(local, sender);
        case CopyOperand.Remote _ -> throw new IllegalArgumentException("not of this machine");
      }
      return sender.complete();
    }
  }

  private void pack(CopyOperand.Local source, TransferSender sender)
      throws IOException, InterruptedException {
    var path = source.path();
    if (source.saysContents()) {
      tar.pack(path, ".", sender);
      return;
    }
    var plain = source.saysFolder() ? path.toRealPath() : path.toAbsolutePath().normalize();
    if (plain.getParent() == null) {
      tar.pack(plain, ".", sender);
    } else {
      tar.pack(plain.getParent(), plain.getFileName().toString(), sender);
    }
  }

  private static boolean isContents(CopyOperand source) {
    return switch (source) {
      case CopyOperand.Standard _ -> true;
      case CopyOperand.Local local ->
          local.saysContents() || local.path().toAbsolutePath().normalize().getParent() == null;
      case CopyOperand.Remote remote -> remote.path().saysContents();
    };
  }

  private static void requireThere(CopyOperand.Local source) {
    var path = source.path();
    if (source.saysFolder() ? !Files.isDirectory(path) : !Files.exists(path, NOFOLLOW_LINKS)) {
      throw new BerthException(
          ProblemCode.NOT_FOUND,
          "no such " + (source.saysFolder() ? "folder" : "file or folder") + " here: " + path);
    }
  }

  private int out(CopyOperand.Remote source, CopyOperand target)
      throws IOException, InterruptedException {
    if (invocation.flag("--no-wait")) {
      throw invocation.usage("--no-wait is for copying into a container");
    }
    if (target instanceof CopyOperand.Local local) {
      Delivery.to(local, isContents(source)); // refuses before anything is copied
    }
    try (var lease = new TransferLease(invocation, api)) {
      var body = Map.of("path", source.path(), "transfer", lease.transfer());
      var ended = lease.await(lease.submit(source.container(), "copy-out", body));
      lease.use(false);
      return deliver(ended, lease.transfer(), source, target);
    }
  }

  private int deliver(
      OperationView ended, TransferId transfer, CopyOperand.Remote source, CopyOperand target)
      throws IOException, InterruptedException {
    var following = new Operation(invocation, api);
    if (ended.targets().getFirst().result().orElse(null) instanceof CopyResult copied) {
      receive(transfer, copied, target, isContents(source));
      if (target instanceof CopyOperand.Standard) {
        following.warn(ended.targets().getFirst());
        return ExitCode.DONE;
      }
    }
    return following.finish(List.of(ended));
  }

  private void receive(TransferId transfer, CopyResult copied, CopyOperand target, boolean contents)
      throws IOException, InterruptedException {
    try (var progress = new Progress(invocation.terminal(), invocation.quiet())) {
      var receiver = new TransferReceiver(api, transfer, progress);
      LocalTar.Source archive = out -> receiver.receive(copied.size(), copied.sha256(), out);
      var asRoot = Integer.valueOf(0).equals(Files.getAttribute(SELF, "unix:uid"));
      var rights = asRoot && invocation.flag("--archive");
      switch (target) {
        case CopyOperand.Standard _ -> archive.to(invocation.terminal().out());
        case CopyOperand.Local local ->
            Delivery.to(local, contents)
                .receive(folder -> tar.unpack(folder, asRoot, rights, archive), rights);
        case CopyOperand.Remote _ -> throw new IllegalArgumentException("not of this machine");
      }
    }
  }
}

package berth.controller.cli;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import berth.controller.model.OperationView;
import berth.controller.model.TransferId;
import berth.protocol.BerthException;
import berth.protocol.ContainerRef;
import berth.protocol.PoolName;
import berth.protocol.ProblemCode;
import berth.protocol.Sha256;
import berth.protocol.SnapshotName;
import berth.protocol.command.WaitFor;
import berth.protocol.reply.Result.CopyResult;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code berth export}, {@code import} and {@code copy}: whole containers, from host to host. */
final class ArchiveCommands {
  private static final String STANDARD = "-";
  private static final String SUFFIX = ".tar.zst";

  private final Invocation invocation;
  private final ApiClient api;

  private ArchiveCommands(Invocation invocation) {
    this.invocation = invocation;
    this.api = invocation.api();
  }

  static CommandSpec exporting() {
    return Options.command(
        "export",
        "Write a container to one file: its root and its specification, as a tar archive that is"
            + " compressed by zstd and sealed with a SHA-256. It is exported as of a snapshot that"
            + " is taken for it; where its pool makes none, stop it first. Sockets are left out.",
        in -> new ArchiveCommands(in).export(),
        ContainerCommands.args(
            List.<ArgSpec>of(
                Options.container(),
                file("Where to; - for standard output (CONTAINER" + SUFFIX + " here)."),
                snapshot(),
                Options.flag("-f|--force", "Replace a file that is there."))),
        "berth export lab1/web",
        "berth export lab1/web /backup/web.tar.zst --snapshot before-upgrade",
        "berth export lab1/web - | ssh backup 'cat > web.tar.zst'");
  }

  static CommandSpec importing() {
    return Options.command(
        "import",
        "Make a container of an archive that was exported, on any host and in a pool of any layout."
            + " It counts once it is complete and right. It gets an identity of its own, and what"
            + " reaches out of it (folders and devices of the host, rights, networks, users) is"
            + " left out unless you trust the archive; nodes of devices always, but for those that"
            + " every container has.",
        in -> new ArchiveCommands(in).bring(),
        ContainerCommands.args(
            List.<ArgSpec>of(
                Options.operand(
                    0, "FILE", "The archive; - for standard input.", String.class, t -> t),
                container(1, "What it becomes."),
                pool(),
                identity(),
                Options.flag("--trust", "Take all of its specification as it is in the archive."),
                Options.flag("--start", "Start it."),
                ContainerCommands.until())),
        "berth import web.tar.zst lab2/web",
        "berth import web.tar.zst lab2/web --trust --keep-identity --start --wait ready",
        "ssh backup cat web.tar.zst | berth import - lab2/web --pool fast");
  }

  static CommandSpec copying() {
    return Options.command(
        "copy",
        "Make a container as a copy of one on another host, or in another pool, by way of the"
            + " controller; its specification comes along, its snapshots do not. On the same host"
            + " and pool, berth clone is quicker.",
        in -> new ArchiveCommands(in).copy(),
        ContainerCommands.args(
            List.<ArgSpec>of(
                Options.container(),
                container(1, "What it becomes."),
                snapshot(),
                pool(),
                identity(),
                Options.flag("--start", "Start it."),
                ContainerCommands.until())),
        "berth copy lab1/web lab2/web",
        "berth copy lab1/web lab2/web-test --snapshot before-upgrade --start");
  }

  private static PositionalParamSpec container(int index, String description) {
    return Options.operand(
        index, "HOST/CONTAINER", description, ContainerRef.class, ContainerRef::parse);
  }

  private static PositionalParamSpec file(String description) {
    return PositionalParamSpec.builder()
        .index("1")
        .arity("0..1")
        .paramLabel("FILE")
        .type(String.class)
        .description(description)
        .build();
  }

  private static OptionSpec snapshot() {
    return Options.typed(
        "--snapshot", "NAME", "As of this snapshot of it.", SnapshotName.class, SnapshotName::of);
  }

  private static OptionSpec pool() {
    return Options.typed(
        "--pool",
        "NAME",
        "Where its volume goes (the host's default pool).",
        PoolName.class,
        PoolName::new);
  }

  private static OptionSpec identity() {
    return Options.flag(
        "--keep-identity",
        "It stays who it was: machine-id, host name, ssh host keys. For one that is gone.");
  }

  private int export() throws IOException, InterruptedException {
    requireWaiting();
    var source = invocation.operand(0, ContainerRef.class);
    var target = Optional.ofNullable(invocation.operand(1, String.class));
    if (target.filter(STANDARD::equals).isPresent()) {
      return send(source, (ended, sent, lease) -> toStandardOutput(ended, sent, lease.transfer()));
    }
    var file = Path.of(target.orElse(source.container() + SUFFIX)).toAbsolutePath().normalize();
    requireFree(file);
    return send(source, (ended, sent, lease) -> toFile(ended, sent, lease.transfer(), file));
  }

  /** Takes what a host has sent. */
  private interface Taking {
    int take(OperationView ended, CopyResult sent, TransferLease lease)
        throws IOException, InterruptedException;
  }

  /** Has a host send a container, as of a snapshot where that is asked for or needed. */
  private int send(ContainerRef source, Taking taking) throws IOException, InterruptedException {
    var named = invocation.<SnapshotName>option("--snapshot");
    if (named.isPresent()) {
      return send(source, named, taking);
    }
    var passing = PassingSnapshot.of(invocation, api, source);
    try {
      return send(source, passing.map(PassingSnapshot::name), taking);
    } finally {
      passing.ifPresent(PassingSnapshot::close);
    }
  }

  private int send(ContainerRef source, Optional<SnapshotName> snapshot, Taking taking)
      throws IOException, InterruptedException {
    try (var lease = new TransferLease(invocation, api)) {
      var body = new TreeMap<String, Object>();
      body.put("transfer", lease.transfer());
      snapshot.ifPresent(name -> body.put("snapshot", name));
      var ended = lease.await(lease.submit(source, "export", body));
      lease.use(false);
      return ended.targets().getFirst().result().orElse(null) instanceof CopyResult sent
          ? taking.take(ended, sent, lease)
          : new Operation(invocation, api).finish(List.of(ended));
    }
  }

  private int toStandardOutput(OperationView ended, CopyResult sent, TransferId transfer)
      throws IOException {
    try (var progress = new Progress(invocation.terminal(), invocation.quiet())) {
      new TransferReceiver(api, transfer, progress)
          .receive(sent.size(), sent.sha256(), invocation.terminal().out());
    }
    new Operation(invocation, api).warn(ended.targets().getFirst());
    return ExitCode.DONE;
  }

  /** It has its name once it is complete; nobody else may read what is in it. */
  private int toFile(OperationView ended, CopyResult sent, TransferId transfer, Path file)
      throws IOException, InterruptedException {
    var part = Files.createTempFile(file.getParent(), ".berth-export-", "");
    try (var _ = Interrupt.then(() -> forget(part));
        var progress = new Progress(invocation.terminal(), invocation.quiet())) {
      try (var out = new FileOutputStream(part.toFile())) {
        new TransferReceiver(api, transfer, progress).receive(sent.size(), sent.sha256(), out);
        out.getFD().sync(); // before it takes the place of an older one
      }
      requireFree(file);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
    return new Operation(invocation, api).finish(List.of(ended));
  }

  private void requireFree(Path file) {
    var replaceable = Files.isRegularFile(file, NOFOLLOW_LINKS);
    if (Files.exists(file, NOFOLLOW_LINKS) && !(replaceable && invocation.flag("--force"))) {
      throw new BerthException(
          ProblemCode.ALREADY_EXISTS,
          file + " is there already" + (replaceable ? "" : " and is no plain file"),
          "choose another name" + (replaceable ? ", or give --force" : ""));
    }
    if (!Files.isWritable(file.getParent())) {
      throw new BerthException(
          ProblemCode.NOT_FOUND, "no folder to write to here: " + file.getParent());
    }
  }

  private static void forget(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException _) {
      // nothing else can be done about it
    }
  }

  private int bring() throws IOException, InterruptedException {
    var file = invocation.operand(0, String.class);
    var target = invocation.operand(1, ContainerRef.class);
    if (!file.equals(STANDARD) && !Files.isReadable(Path.of(file))) {
      throw new BerthException(ProblemCode.NOT_FOUND, "no such file: " + file);
    }
    requireNew(target);
    try (var lease = new TransferLease(invocation, api)) {
      var sha256 = upload(file, lease.transfer());
      var operation =
          lease.submit(target, "import", body(lease, sha256, invocation.flag("--trust")));
      var status = new Operation(invocation, api).finish(List.of(operation));
      lease.use(invocation.flag("--no-wait"));
      return status;
    }
  }

  private Sha256 upload(String file, TransferId transfer) throws IOException {
    try (var progress = new Progress(invocation.terminal(), invocation.quiet());
        var in = open(file)) {
      var sender = new TransferSender(api, transfer, progress);
      in.transferTo(sender);
      return sender.complete();
    }
  }

  private InputStream open(String file) throws IOException {
    return file.equals(STANDARD) ? invocation.terminal().in() : Files.newInputStream(Path.of(file));
  }

  private Map<String, Object> body(TransferLease lease, Sha256 sha256, boolean trusted) {
    var body = new TreeMap<String, Object>();
    body.put("transfer", lease.transfer());
    body.put("sha256", sha256);
    body.put("keepIdentity", invocation.flag("--keep-identity"));
    body.put("trusted", trusted);
    invocation.<PoolName>option("--pool").ifPresent(pool -> body.put("pool", pool));
    if (invocation.flag("--start") || invocation.option("--wait").isPresent()) {
      body.put("start", invocation.option("--wait", WaitFor.STARTED));
    }
    return body;
  }

  /** What goes from one of our hosts to another is trusted: it never leaves the fleet. */
  private int copy() throws IOException, InterruptedException {
    requireWaiting();
    var source = invocation.operand(0, ContainerRef.class);
    var target = invocation.operand(1, ContainerRef.class);
    requireNew(target);
    return send(
        source,
        (sending, sent, lease) -> {
          var following = new Operation(invocation, api);
          following.warn(sending.targets().getFirst());
          var operation = lease.submit(target, "import", body(lease, sent.sha256(), true));
          var status = following.finish(List.of(operation));
          lease.use(false);
          return status;
        });
  }

  /** Else it would be known only when all of it is sent. */
  private void requireNew(ContainerRef target) throws IOException {
    api.get("hosts/" + target.host());
    try {
      api.get(ContainerCommands.path(target));
    } catch (BerthException e) {
      if (e.problem().code() == ProblemCode.NOT_FOUND) {
        return;
      }
      throw e;
    }
    throw new BerthException(
        ProblemCode.ALREADY_EXISTS,
        "a container " + target + " is there already",
        "choose another name, or remove it first");
  }

  private void requireWaiting() {
    if (invocation.flag("--no-wait")) {
      throw invocation.usage("--no-wait is for what a host does by itself");
    }
  }
}

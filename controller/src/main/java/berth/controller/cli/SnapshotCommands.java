package berth.controller.cli;

import berth.controller.model.OperationView;
import berth.protocol.BerthException;
import berth.protocol.ContainerRef;
import berth.protocol.SnapshotName;
import berth.protocol.Wire;
import berth.protocol.state.SnapshotState;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code berth snapshot}: containers as they were. */
final class SnapshotCommands {
  private SnapshotCommands() {}

  static CommandSpec group() {
    return Options.group(
        "snapshot",
        "Keep containers as they are at a moment, and make them so again.",
        create(),
        list(),
        restore(),
        remove());
  }

  private static CommandSpec create() {
    return Options.command(
        "create",
        "Take a snapshot of containers, running or stopped. Of a running one all files are as at"
            + " one moment, as after a power cut; a subvolume in it is as at a moment of its own."
            + " That takes a pool on btrfs or LVM; elsewhere stop it first.",
        SnapshotCommands::create,
        ContainerCommands.args(
            Options.targets(
                operands("Containers, then the snapshot's name (else the time, in UTC)."),
                Options.text("--comment", "TEXT", "What it is for: one line."),
                Options.span("--expires", "After which the host removes it, such as 12h or 7d."),
                Options.flag("--protect", "Only rm --force removes it."))),
        "berth snapshot create lab1/web",
        "berth snapshot create lab1/web before-upgrade --comment 'before 13.2' --expires 7d",
        "berth snapshot create 'lab1/*' nightly-1 --expires 2d",
        "berth snapshot create -l tier=web golden --protect");
  }

  private static CommandSpec list() {
    return Options.command(
        "ls",
        "List the snapshots of containers, the oldest first.",
        SnapshotCommands::list,
        Options.targets(),
        "berth snapshot ls lab1/web",
        "berth snapshot ls 'lab1/*' -o json");
  }

  private static CommandSpec restore() {
    return Options.command(
        "restore",
        "Make a stopped container what it was, in one step. What it is now is lost unless you take"
            + " a snapshot of that; its other snapshots and its settings stay.",
        SnapshotCommands::restore,
        ContainerCommands.args(
            List.of(
                Options.container(),
                Options.operand(
                    1, "SNAPSHOT", "The snapshot.", SnapshotName.class, SnapshotName::of))),
        "berth snapshot restore lab1/web before-upgrade");
  }

  private static CommandSpec remove() {
    return Options.command(
        "rm",
        "Remove snapshots of a container.",
        SnapshotCommands::remove,
        ContainerCommands.args(
            List.of(
                Options.container(),
                PositionalParamSpec.builder()
                    .index("1..*")
                    .arity("1..*")
                    .required(true)
                    .paramLabel("SNAPSHOT")
                    .type(List.class)
                    .auxiliaryTypes(SnapshotName.class)
                    .converters(Options.converter(SnapshotName::of))
                    .description("One or more snapshots.")
                    .build(),
                Options.flag("--force", "Also protected ones."))),
        "berth snapshot rm lab1/web before-upgrade",
        "berth snapshot rm --force lab1/web golden");
  }

  private static int create(Invocation invocation) throws IOException, InterruptedException {
    var containers = new ArrayList<ContainerPattern>();
    var names = new ArrayList<SnapshotName>();
    for (var operand : invocation.<Object>operands(0)) {
      if (operand instanceof ContainerPattern container) {
        containers.add(container);
      } else {
        names.add((SnapshotName) operand);
      }
    }
    if (names.size() > 1) {
      throw invocation.usage(
          names.get(1) + " is a second name of the snapshot; a container is HOST/CONTAINER");
    }
    if (invocation.flag("--protect") && invocation.flag("--expires")) {
      throw invocation.usage("--protect and --expires: a protected snapshot does not expire");
    }
    var body = new TreeMap<String, Object>();
    // Sent in any case: what is sent again after a lost answer has to be the same.
    body.put("name", names.isEmpty() ? SnapshotName.at(Instant.now()) : names.getFirst());
    invocation.<String>option("--comment").ifPresent(text -> body.put("comment", text));
    invocation.<Duration>option("--expires").ifPresent(span -> body.put("expiresAfter", span));
    if (invocation.flag("--protect")) {
      body.put("protected", true);
    }
    var query = Operation.deadline(invocation, "?");
    return Targets.of(invocation, containers)
        .each(
            invocation,
            invocation.api(),
            (api, container) -> api.post(path(container) + query, body, OperationView.class));
  }

  private static int list(Invocation invocation) throws IOException {
    var api = invocation.api();
    var found = new ArrayList<JsonNode>();
    var status = ExitCode.DONE;
    for (var container : Targets.of(invocation).containers()) {
      try {
        found.add(api.get(path(container)));
      } catch (BerthException e) {
        Problems.print(invocation.terminal(), container.toString(), e.problem());
        status = ExitCode.worst(status, ExitCode.of(e.problem()));
      }
    }
    if (invocation.json()) {
      invocation.print(found);
    } else {
      table(invocation, found);
    }
    return status;
  }

  private static void table(Invocation invocation, List<JsonNode> found) throws IOException {
    var table = new Table("CONTAINER", "SNAPSHOT", "AGE", "EXPIRES", "PROTECTED", "COMMENT");
    for (var one : found) {
      var container = one.path("host").asText() + "/" + one.path("container").asText();
      for (var node : one.path("snapshots")) {
        var snapshot = Wire.json().treeToValue(node, SnapshotState.class);
        table.row(
            container,
            snapshot.name(),
            Times.ago(Optional.of(snapshot.created())),
            snapshot.expires().map(Times::local).orElse(""),
            snapshot.isProtected() ? "yes" : "",
            snapshot.comment().orElse(""));
      }
    }
    table.print(invocation.terminal());
  }

  private static int restore(Invocation invocation) throws IOException, InterruptedException {
    var container = invocation.operand(0, ContainerRef.class);
    var snapshot = invocation.operand(1, SnapshotName.class);
    var api = invocation.api();
    var operation =
        api.post(
            path(container) + "/" + snapshot + "/restore" + Operation.deadline(invocation, "?"),
            Map.of(),
            OperationView.class);
    return new Operation(invocation, api).finish(List.of(operation));
  }

  private static int remove(Invocation invocation) throws IOException, InterruptedException {
    var container = invocation.operand(0, ContainerRef.class);
    var snapshots = invocation.<SnapshotName>operands(1);
    var query = "?force=" + invocation.flag("--force") + Operation.deadline(invocation, "&");
    var api = invocation.api();
    return new Operation(invocation, api)
        .each(
            snapshots,
            snapshots.size() > 1,
            snapshot -> api.delete(path(container) + "/" + snapshot + query, OperationView.class));
  }

  private static String path(ContainerRef container) {
    return ContainerCommands.path(container) + "/snapshots";
  }

  /** A name of a snapshot has no slash in it, and a container is never without. */
  private static PositionalParamSpec operands(String description) {
    return PositionalParamSpec.builder()
        .index("0..*")
        .arity("1")
        .required(false)
        .paramLabel("HOST/CONTAINER|SNAPSHOT")
        .type(List.class)
        .auxiliaryTypes(Object.class)
        .converters(
            Options.converter(
                text -> text.contains("/") ? new ContainerPattern(text) : SnapshotName.of(text)))
        .description(description)
        .build();
  }
}

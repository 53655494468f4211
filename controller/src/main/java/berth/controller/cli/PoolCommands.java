package berth.controller.cli;

import berth.controller.model.ContainerView;
import berth.controller.model.ImageView;
import berth.controller.model.PoolView;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.HostId;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.state.PoolFeatures;
import berth.protocol.state.PoolFullness;
import berth.protocol.state.PoolState;
import berth.protocol.state.PoolState.Health;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** {@code berth pool}. */
final class PoolCommands {
  private PoolCommands() {}

  static CommandSpec group() {
    return Options.group(
        "pool",
        "Where containers and images are kept.",
        Options.command(
            "ls",
            "List the pools of all hosts: layout, size, how full they are, and whether that is"
                + " well. Nearly full is from 80 % on of data, metadata or inodes, full from 95 %.",
            PoolCommands::list,
            List.of(Options.hosts("Only those of these hosts.")),
            "berth pool ls",
            "berth pool ls --on lab1 -o json"),
        Options.command(
            "show",
            "Show one pool: how full it is, what it can do, and what is in it.",
            PoolCommands::show,
            List.of(Options.operand(0, "HOST/POOL", "The pool.", PoolRef.class, PoolRef::parse)),
            "berth pool show lab1/default"));
  }

  private static int list(Invocation invocation) throws IOException {
    var pools = new ArrayList<JsonNode>();
    var hosts = invocation.<List<HostId>>option("--on");
    for (var place : hosts.map(PoolCommands::each).orElse(List.of("pools"))) {
      invocation.api().get(place).get("pools").forEach(pools::add);
    }
    if (invocation.json()) {
      invocation.print(pools);
      return ExitCode.DONE;
    }
    var table =
        new Table(
            "POOL",
            "LAYOUT",
            "SIZE",
            "USED",
            "FREE",
            "USED%",
            "HEALTH",
            "CONTAINERS",
            "IMAGES",
            "PATH");
    for (var node : pools) {
      var view = Wire.json().treeToValue(node, PoolView.class);
      var pool = view.pool();
      table.row(
          new PoolRef(view.host(), pool.name()),
          Views.word(pool.layout()),
          pool.size(),
          pool.used(),
          free(pool),
          percent(pool),
          health(pool),
          view.containers(),
          view.images(),
          pool.path());
    }
    table.print(invocation.terminal());
    return ExitCode.DONE;
  }

  private static int show(Invocation invocation) throws IOException {
    var ref = invocation.operand(0, PoolRef.class);
    var found = find(invocation, ref);
    if (invocation.json()) {
      invocation.print(found);
      return ExitCode.DONE;
    }
    var pool = Wire.json().treeToValue(found, PoolView.class).pool();
    var terminal = invocation.terminal();
    Views.line(terminal, "Pool", ref);
    Views.line(terminal, "Layout", Views.word(pool.layout()));
    Views.line(terminal, "Path", pool.path());
    Views.line(terminal, "Size", pool.size());
    Views.line(terminal, "Used", pool.used() + " (" + percent(pool) + ")");
    Views.line(terminal, "Free", free(pool));
    Views.line(terminal, "Health", health(pool));
    Views.line(terminal, "Fullness", told(pool.fullness()));
    pool.features().ifPresent(features -> show(terminal, features));
    Views.line(terminal, "Containers", containers(invocation, ref));
    Views.line(terminal, "Images", images(invocation, ref));
    return ExitCode.DONE;
  }

  private static void show(Terminal terminal, PoolFeatures features) {
    var can = new ArrayList<String>();
    var cannot = new ArrayList<String>();
    (features.snapshotRunning() ? can : cannot).add("snapshot running containers");
    (features.snapshotStopped() ? can : cannot).add("snapshot stopped ones");
    (features.copyOnWrite() ? can : cannot).add("clone without copying");
    (features.sizeLimit() ? can : cannot).add("limit sizes");
    (features.growOnline() ? can : cannot).add("grow them while running");
    (features.shrink() ? can : cannot).add("shrink them");
    Views.line(terminal, "Can", String.join(", ", can));
    Views.line(terminal, "Can't", String.join(", ", cannot));
  }

  /** How it is, and which of its kinds of room is the reason. */
  private static String health(PoolState pool) {
    var word = pool.health().map(Views::word).orElse("");
    return pool.health().orElse(Health.OK) == Health.OK
        ? word
        : parts(pool.fullness()).entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(most -> word + ": " + told(most))
            .orElse(word);
  }

  /** How much is in use of each kind of room that a pool has: {@code data 84%, metadata 12%}. */
  static String told(PoolFullness fullness) {
    return parts(fullness).entrySet().stream()
        .map(PoolCommands::told)
        .collect(Collectors.joining(", "));
  }

  private static String told(Map.Entry<String, Double> part) {
    return part.getKey() + " " + percent(part.getValue());
  }

  private static Map<String, Double> parts(PoolFullness fullness) {
    var parts = new LinkedHashMap<String, Double>();
    fullness.data().ifPresent(part -> parts.put("data", part));
    fullness.metadata().ifPresent(part -> parts.put("metadata", part));
    fullness.inodes().ifPresent(part -> parts.put("inodes", part));
    return parts;
  }

  private static JsonNode find(Invocation invocation, PoolRef ref) throws IOException {
    var names = new ArrayList<String>();
    for (var node : invocation.api().get(of("pools", ref.host())).get("pools")) {
      var name = node.path("pool").path("name").asText();
      if (name.equals(ref.pool().value())) {
        return node;
      }
      names.add(name);
    }
    throw new BerthException(
        ProblemCode.NOT_FOUND,
        "no pool \"" + ref.pool() + "\" on host " + ref.host(),
        names.isEmpty() ? "that host has told of none" : "there are: " + String.join(", ", names));
  }

  private static String containers(Invocation invocation, PoolRef ref) throws IOException {
    var names = new ArrayList<String>();
    for (var node : invocation.api().get(of("containers", ref.host())).get("containers")) {
      var container = Wire.json().treeToValue(node, ContainerView.class).container();
      if (container.pool().equals(Optional.of(ref.pool()))) {
        names.add(container.name().value());
      }
    }
    return String.join(", ", names);
  }

  private static String images(Invocation invocation, PoolRef ref) throws IOException {
    var names = new ArrayList<String>();
    for (var node : invocation.api().get(of("images", ref.host())).get("images")) {
      var image = Wire.json().treeToValue(node, ImageView.class).image();
      if (image.pool().equals(ref.pool())) {
        names.add(image.name().value());
      }
    }
    return String.join(", ", names);
  }

  private static List<String> each(List<HostId> hosts) {
    return hosts.stream().map(host -> of("pools", host)).collect(Collectors.toList());
  }

  private static String of(String things, HostId host) {
    return things + "?host=" + host;
  }

  private static ByteSize free(PoolState pool) {
    return new ByteSize(Math.max(0, pool.size().bytes() - pool.used().bytes()));
  }

  private static String percent(PoolState pool) {
    var size = pool.size().bytes();
    return percent(size == 0 ? 0 : (double) pool.used().bytes() / size);
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, "%.0f%%", 100 * part);
  }
}

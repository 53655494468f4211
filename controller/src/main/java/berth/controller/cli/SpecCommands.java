package berth.controller.cli;

import berth.controller.model.OperationView;
import berth.protocol.ContainerRef;
import berth.protocol.Wire;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Changes what containers shall be. */
final class SpecCommands {
  private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]{0,17})(\\.[0-9]+)?");

  /**
   * Fields whose names may have dots in them, and whose values are text whatever they look like.
   */
  private static final Set<String> MAPS = Set.of("labels", "environment");

  private static final Set<String> TEXTS = Set.of("description", "hostname");

  private SpecCommands() {}

  static CommandSpec set() {
    return Options.command(
        "set",
        "Change what containers shall be. An empty value takes a field back to its default.",
        SpecCommands::set,
        args(
            PositionalParamSpec.builder()
                .index("0..*")
                .arity("2..*")
                .required(true)
                .paramLabel("HOST/CONTAINER... FIELD=VALUE")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .description("Containers, and fields with their new values.")
                .build(),
            Options.flag("-f|--force", "Overwrite what was changed by hand.")),
        "berth set lab1/web limits.memory=1GiB limits.cpus=1.5",
        "berth set lab1/web lab1/db labels.tier=shop autostart=true",
        "berth set lab1/web 'binds=[{source: /srv/www, readOnly: true}]' network.kind=host",
        "berth set lab1/web limits.memory= protected=false");
  }

  static CommandSpec enable() {
    return Options.command(
        "enable",
        "Have containers start with their host.",
        in -> change(in, in.operands(0), autostart(true)),
        args(Options.containers()),
        "berth enable lab1/web lab1/db");
  }

  static CommandSpec disable() {
    return Options.command(
        "disable",
        "Have containers no longer start with their host.",
        in -> change(in, in.operands(0), autostart(false)),
        args(Options.containers()),
        "berth disable lab1/web");
  }

  static CommandSpec adopt() {
    return Options.command(
        "adopt",
        "Take containers that were made or changed by hand under Berth's care, as they are.",
        SpecCommands::adopt,
        args(Options.containers()),
        "berth adopt lab1/old");
  }

  private static List<ArgSpec> args(ArgSpec... own) {
    return Stream.concat(Stream.of(own), Options.operation().stream()).toList();
  }

  private static ObjectNode autostart(boolean on) {
    return Wire.json().createObjectNode().put("autostart", on);
  }

  private static int set(Invocation in) throws IOException, InterruptedException {
    var containers = new ArrayList<ContainerRef>();
    var change = Wire.json().createObjectNode();
    for (var operand : in.<String>operands(0)) {
      if (operand.indexOf('=') < 0) {
        containers.add(container(in, operand));
      } else {
        assign(change, operand, in);
      }
    }
    if (containers.isEmpty() || change.isEmpty()) {
      throw in.usage("Name at least one container, and one field with its value");
    }
    return change(in, containers, change);
  }

  private static int change(Invocation in, List<ContainerRef> containers, ObjectNode change)
      throws IOException, InterruptedException {
    var api = in.api();
    var operations = new ArrayList<OperationView>();
    for (var ref : containers) {
      operations.add(
          api.patch(
              ContainerCommands.path(ref)
                  + "?force="
                  + in.flag("--force")
                  + Operation.deadline(in, "&"),
              change,
              OperationView.class));
    }
    return new Operation(in, api).finish(operations);
  }

  private static int adopt(Invocation in) throws IOException, InterruptedException {
    var api = in.api();
    var operations = new ArrayList<OperationView>();
    for (var ref : in.<ContainerRef>operands(0)) {
      operations.add(
          api.post(
              ContainerCommands.path(ref) + "/adopt" + Operation.deadline(in, "?"),
              Wire.json().createObjectNode(),
              OperationView.class));
    }
    return new Operation(in, api).finish(operations);
  }

  private static ContainerRef container(Invocation in, String text) {
    try {
      return ContainerRef.parse(text);
    } catch (IllegalArgumentException e) {
      throw in.usage(e.getMessage());
    }
  }

  /** Puts {@code limits.memory=1GiB} where it belongs in a merge patch. */
  private static void assign(ObjectNode change, String operand, Invocation in) {
    var at = operand.indexOf('=');
    var path = operand.substring(0, at);
    var first = path.indexOf('.') < 0 ? path : path.substring(0, path.indexOf('.'));
    var parts = path.split("\\.", MAPS.contains(first) ? 2 : -1);
    var node = change;
    for (var i = 0; i < parts.length - 1; i++) {
      node = node.withObjectProperty(parts[i]);
    }
    var text = operand.substring(at + 1);
    var plain = TEXTS.contains(first) || (MAPS.contains(first) && parts.length > 1);
    node.set(parts[parts.length - 1], value(text, plain, path, in));
  }

  private static JsonNode value(String text, boolean plain, String path, Invocation in) {
    var nodes = Wire.json().getNodeFactory();
    if (text.isEmpty()) {
      return nodes.nullNode();
    }
    if (plain) {
      return nodes.textNode(text);
    }
    if (text.startsWith("[") || text.startsWith("{") || text.startsWith("\"")) {
      return Yaml.read(path, text);
    }
    if (text.equals("true") || text.equals("false")) {
      return nodes.booleanNode(text.equals("true"));
    }
    return NUMBER.matcher(text).matches() ? number(text, in) : nodes.textNode(text);
  }

  private static JsonNode number(String text, Invocation in) {
    try {
      return Wire.json().readTree(text);
    } catch (JsonProcessingException e) {
      throw in.usage("bad number " + text);
    }
  }
}

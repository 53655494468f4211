package berth.controller.cli;

import berth.protocol.ByteSize;
import berth.protocol.Wire;
import berth.protocol.spec.Capability;
import berth.protocol.spec.Port;
import berth.protocol.spec.PrivateUsers;
import berth.protocol.spec.Restart;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.OptionSpec;

/** The options that say what a container shall be; each adds to, or changes, a specification. */
final class SpecOptions {
  private static final Set<String> NETWORKS =
      Set.of("veth", "bridge", "zone", "host", "macvlan", "none");

  private SpecOptions() {}

  static List<OptionSpec> all() {
    return List.of(
        Options.text("--description", "TEXT", "One line for people."),
        Options.texts(
            "--label", "KEY=VALUE", "A label; may be given again, as all in capitals may."),
        Options.typed(
            "--size",
            "SIZE",
            "How large what is in its volume may get, such as 20GiB.",
            ByteSize.class,
            ByteSize::parse),
        Options.text("--hostname", "NAME", "Its own name for itself."),
        Options.texts("--env", "NAME=VALUE", "A variable of its init's environment."),
        Options.typed(
            "--private-users",
            "WHOSE",
            "pick (the default), identity or no.",
            PrivateUsers.class,
            PrivateUsers::of),
        Options.typed(
            "--network",
            "KIND[:NAME]",
            "veth (the default), bridge:NAME, zone:NAME, macvlan:INTERFACE, host or none.",
            ObjectNode.class,
            SpecOptions::network),
        Options.listed(
            "--port", "[udp:]HOST:CONTAINER", "A port of the host's that leads into it.", Port::of),
        Options.listed(
            "--bind",
            "SOURCE[:TARGET[:ro,idmap]]",
            "What of the host is seen in it.",
            SpecOptions::bind),
        Options.listed(
            "--tmpfs", "PATH[:SIZE]", "A folder of its own in memory.", SpecOptions::tmpfs),
        Options.listed("--device", "PATH[:rwm]", "A device it may use.", SpecOptions::device),
        Options.listed(
            "--capability", "NAME", "A right its root has beside the usual.", Capability::of),
        Options.listed(
            "--drop-capability", "NAME", "A usual right its root has not.", Capability::of),
        Options.flag("--read-only", "Nothing may write to its volume."),
        Options.flag("--ephemeral", "It runs from a snapshot that is thrown away."),
        Options.typed(
            "--memory", "SIZE", "The most memory, such as 1GiB.", ByteSize.class, ByteSize::parse),
        Options.typed(
            "--cpus",
            "NUMBER",
            "The most processors, such as 1.5.",
            Double.class,
            SpecOptions::decimal),
        Options.typed("--tasks", "NUMBER", "The most tasks.", Integer.class, Options::parseNumber),
        Options.typed(
            "--restart",
            "WHEN",
            "When systemd starts it again: no (the default), on-failure, always ...",
            Restart.class,
            Restart::of),
        Options.flag("--autostart", "It starts with its host."),
        Options.flag("--protect", "It is not to be removed."));
  }

  /** A specification with what the options say. */
  static ObjectNode over(ObjectNode spec, Invocation in) {
    put(spec, in, "--description", "description");
    put(spec, in, "--size", "size");
    put(spec, in, "--hostname", "hostname");
    put(spec, in, "--private-users", "privateUsers");
    put(spec, in, "--restart", "restart");
    put(spec, in, "--network", "network");
    for (var pair : in.option("--label", List.<String>of())) {
      assign(spec.withObjectProperty("labels"), "--label", pair, in);
    }
    for (var pair : in.option("--env", List.<String>of())) {
      assign(spec.withObjectProperty("environment"), "--env", pair, in);
    }
    ports(spec, in);
    append(spec, "binds", in, "--bind");
    append(spec, "tmpfs", in, "--tmpfs");
    append(spec, "devices", in, "--device");
    rights(spec, in);
    flag(spec, in, "--read-only", "readOnly");
    flag(spec, in, "--ephemeral", "ephemeral");
    flag(spec, in, "--autostart", "autostart");
    flag(spec, in, "--protect", "protected");
    for (var limit : List.of("memory", "cpus", "tasks")) {
      if (in.flag("--" + limit)) {
        put(spec.withObjectProperty("limits"), in, "--" + limit, limit);
      }
    }
    return spec;
  }

  private static void put(ObjectNode node, Invocation in, String option, String field) {
    in.<Object>option(option).ifPresent(value -> node.set(field, tree(value)));
  }

  private static void flag(ObjectNode node, Invocation in, String option, String field) {
    if (in.flag(option)) {
      node.put(field, true);
    }
  }

  private static void append(ObjectNode node, String field, Invocation in, String option) {
    var values = in.option(option, List.<Object>of());
    if (!values.isEmpty()) {
      var list = node.get(field) instanceof ArrayNode there ? there : node.putArray(field);
      values.forEach(value -> list.add(tree(value)));
    }
  }

  private static void ports(ObjectNode spec, Invocation in) {
    if (in.flag("--port")) {
      var network = spec.withObjectProperty("network");
      if (!network.has("kind")) {
        network.put("kind", "veth");
      }
      append(network, "ports", in, "--port");
    }
  }

  private static void rights(ObjectNode spec, Invocation in) {
    if (in.flag("--capability") || in.flag("--drop-capability")) {
      var rights = spec.withObjectProperty("capabilities");
      append(rights, "add", in, "--capability");
      append(rights, "drop", in, "--drop-capability");
    }
  }

  private static void assign(ObjectNode node, String option, String pair, Invocation in) {
    var at = pair.indexOf('=');
    if (at < 1) {
      throw in.usage("Invalid value for option '" + option + "': write NAME=VALUE");
    }
    node.put(pair.substring(0, at), pair.substring(at + 1));
  }

  private static ObjectNode network(String text) {
    var parts = text.split(":", 2);
    if (!NETWORKS.contains(parts[0])) {
      throw new IllegalArgumentException(
          "bad network \""
              + text
              + "\": veth, bridge:NAME, zone:NAME, macvlan:INTERFACE, host, none");
    }
    var network = Wire.json().createObjectNode().put("kind", parts[0]);
    return parts.length < 2
        ? network
        : network.put(parts[0].equals("macvlan") ? "parent" : "name", parts[1]);
  }

  private static ObjectNode bind(String text) {
    var parts = text.split(":", 3);
    var bind = Wire.json().createObjectNode().put("source", parts[0]);
    if (parts.length > 1) {
      bind.put("target", parts[1]);
    }
    for (var option : parts.length > 2 ? List.of(parts[2].split(",", -1)) : List.<String>of()) {
      switch (option) {
        case "ro" -> bind.put("readOnly", true);
        case "idmap" -> bind.put("idmapped", true);
        default ->
            throw new IllegalArgumentException("bad bind option \"" + option + "\": ro or idmap");
      }
    }
    return bind;
  }

  private static ObjectNode tmpfs(String text) {
    var parts = text.split(":", 2);
    var tmpfs = Wire.json().createObjectNode().put("path", parts[0]);
    return parts.length < 2 ? tmpfs : tmpfs.put("size", ByteSize.parse(parts[1]).bytes());
  }

  private static ObjectNode device(String text) {
    var parts = text.split(":", 2);
    var device = Wire.json().createObjectNode().put("path", parts[0]);
    return parts.length < 2 ? device : device.put("access", parts[1]);
  }

  private static Double decimal(String text) {
    try {
      return Double.valueOf(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("bad number \"" + text + "\"", e);
    }
  }

  private static JsonNode tree(Object value) {
    return Wire.json().valueToTree(value);
  }
}

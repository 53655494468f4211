package berth.agent.settings;

import berth.protocol.ByteSize;
import berth.protocol.Wire;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.Device;
import berth.protocol.spec.SpecPatch;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads what a .nspawn file says into a specification, setting by setting. What the specification
 * has no word for is kept as it is.
 */
public final class NspawnReader {
  private static final Set<String> YES = Set.of("yes", "y", "true", "t", "on", "1");
  private static final Set<String> NO = Set.of("no", "n", "false", "f", "off", "0");

  /** What a .nspawn file decides of a specification; each goes back to its default at first. */
  private static final List<String> FIELDS =
      List.of(
          "start",
          "ephemeral",
          "environment",
          "hostname",
          "privateUsers",
          "capabilities",
          "systemCalls",
          "resolvConf",
          "readOnly",
          "binds",
          "tmpfs",
          "network");

  private final Set<String> devices;
  private final boolean stub;
  private ContainerSpec spec;
  private final List<Entry> kept = new ArrayList<>();

  private NspawnReader(ContainerSpec before, Entries entries) {
    this.devices = Set.copyOf(before.devices().stream().map(Device::path).toList());
    this.stub =
        entries.all().stream().anyMatch(e -> e.place().equals("Exec.ProcessTwo") && yes(e))
            && entries.all().stream().anyMatch(e -> e.place().equals("Exec.Parameters"));
    var defaults = Wire.json().createObjectNode();
    FIELDS.forEach(defaults::putNull);
    this.spec = new SpecPatch(defaults).on(before);
  }

  /**
   * What came of it.
   *
   * @param spec with what the file says, and what it cannot say as before
   * @param kept what the specification has no word for
   */
  public record Read(ContainerSpec spec, List<Entry> kept) {
    public Read {
      kept = List.copyOf(kept);
    }
  }

  /** Reads the settings of a file over a specification. */
  public static Read read(ContainerSpec before, Entries entries) {
    var reader = new NspawnReader(before, entries);
    for (var entry : entries.all()) {
      if (!reader.take(entry)) {
        reader.kept.add(entry);
      }
    }
    return new Read(reader.spec, reader.kept);
  }

  /** Whether the specification has a word for it. */
  private boolean take(Entry entry) {
    try {
      return switch (entry.section()) {
        case "Exec" -> exec(entry);
        case "Files" -> file(entry);
        case "Network" -> network(entry);
        default -> false;
      };
    } catch (RuntimeException _) {
      return false; // a value that Berth would refuse; nspawn knows what it makes of it
    }
  }

  private boolean exec(Entry entry) {
    var value = entry.value();
    return switch (entry.key()) {
      case "Boot" -> yes(entry);
      case "ProcessTwo" -> stub || no(entry);
      case "Parameters" -> stub && program(value);
      case "Ephemeral" -> flag("ephemeral", entry);
      case "Environment" -> environment(value);
      case "Hostname" -> patch("hostname", value);
      case "PrivateUsers" -> patch("privateUsers", no(entry) ? "no" : value);
      case "Capability" -> capabilities("add", value);
      case "DropCapability" -> capabilities("drop", value);
      case "SystemCallFilter" ->
          value.startsWith("~") ? calls("deny", value.substring(1)) : calls("allow", value);
      case "ResolvConf" -> patch("resolvConf", value);
      default -> false;
    };
  }

  private boolean program(String value) {
    var words = Words.split(value);
    words.ifPresent(argv -> {
      var start = Wire.json().createObjectNode().put("kind", "program");
      argv.forEach(start.putArray("argv")::add);
      change("start", start);
    });
    return words.isPresent();
  }

  private boolean environment(String value) {
    var words = Words.split(value).orElse(List.of(""));
    var variables = Wire.json().createObjectNode();
    for (var word : words) {
      if (word.indexOf('=') < 1) {
        return false;
      }
      variables.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
    }
    return change("environment", variables);
  }

  private boolean capabilities(String kind, String value) {
    var all = present("capabilities");
    var list = (ArrayNode) all.get(kind);
    Words.split(value).orElseThrow().forEach(list::add);
    return change("capabilities", all);
  }

  private boolean calls(String kind, String value) {
    var all = present("systemCalls");
    var list = (ArrayNode) all.get(kind);
    Words.split(value).orElseThrow().forEach(list::add);
    return change("systemCalls", all);
  }

  private boolean file(Entry entry) {
    return switch (entry.key()) {
      case "ReadOnly" -> flag("readOnly", entry);
      case "Bind" -> devices.contains(entry.value()) || bind(entry.value(), false);
      case "BindReadOnly" -> bind(entry.value(), true);
      case "TemporaryFileSystem" -> tmpfs(entry.value());
      default -> false;
    };
  }

  private boolean bind(String value, boolean readOnly) {
    var parts = value.split(":", -1);
    var options = parts.length > 2 ? parts[2] : "";
    if (parts.length > 3 || !Set.of("", "rbind", "idmap").contains(options)) {
      return false;
    }
    var bind = Wire.json().createObjectNode();
    bind.put("source", parts[0]).put("target", parts.length > 1 ? parts[1] : parts[0]);
    bind.put("readOnly", readOnly).put("idmapped", options.equals("idmap"));
    return append("binds", bind);
  }

  private boolean tmpfs(String value) {
    var parts = value.split(":", 2);
    var tmpfs = Wire.json().createObjectNode().put("path", parts[0]);
    for (var option : parts.length > 1 ? parts[1].split(",") : new String[0]) {
      if (option.startsWith("mode=")) {
        tmpfs.put("mode", option.substring(5));
      } else if (option.startsWith("size=")) {
        var size = option.substring(5).toUpperCase(Locale.ROOT);
        tmpfs.put("size", ByteSize.parse(size).bytes());
      } else {
        return false;
      }
    }
    return append("tmpfs", tmpfs);
  }

  private boolean network(Entry entry) {
    return switch (entry.key()) {
      case "VirtualEthernet" -> veth(entry);
      case "Private" -> yes(entry) ? isPrivate() : no(entry);
      case "Bridge", "Zone" -> named(entry.key().toLowerCase(Locale.ROOT), "name", entry.value());
      case "MACVLAN" -> named("macvlan", "parent", entry.value());
      case "Port" -> port(entry.value());
      default -> false;
    };
  }

  /** Without a cable it is the host's network, unless something else says what it is. */
  private boolean veth(Entry entry) {
    if (no(entry) && kind().equals("veth")) {
      return kind("host");
    }
    return yes(entry) || no(entry);
  }

  private boolean isPrivate() {
    return !Set.of("host", "veth").contains(kind()) || kind("none");
  }

  private boolean named(String kind, String field, String value) {
    var network = Wire.json().createObjectNode().put("kind", kind);
    return change("network", network.put(field, value));
  }

  private boolean port(String value) {
    var network = present("network");
    if (!(network.get("ports") instanceof ArrayNode ports)) {
      return false;
    }
    ports.add(value);
    return change("network", network);
  }

  private String kind() {
    return present("network").get("kind").asText();
  }

  private boolean kind(String kind) {
    return change("network", Wire.json().createObjectNode().put("kind", kind));
  }

  private boolean flag(String field, Entry entry) {
    return (yes(entry) || no(entry))
        && change(field, Wire.json().getNodeFactory().booleanNode(yes(entry)));
  }

  private boolean patch(String field, String value) {
    return change(field, Wire.json().getNodeFactory().textNode(value));
  }

  private boolean append(String field, ObjectNode element) {
    var list = (ArrayNode) Wire.json().<ObjectNode>valueToTree(spec).get(field);
    list.add(element);
    return change(field, list);
  }

  private ObjectNode present(String field) {
    return (ObjectNode) Wire.json().<ObjectNode>valueToTree(spec).get(field);
  }

  private boolean change(String field, JsonNode value) {
    var change = Wire.json().createObjectNode();
    change.set(field, value);
    spec = new SpecPatch(change).on(spec);
    return true;
  }

  private static boolean yes(Entry entry) {
    return YES.contains(entry.value().toLowerCase(Locale.ROOT));
  }

  private static boolean no(Entry entry) {
    return NO.contains(entry.value().toLowerCase(Locale.ROOT));
  }
}

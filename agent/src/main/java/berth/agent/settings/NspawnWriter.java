package berth.agent.settings;

import berth.protocol.spec.Bind;
import berth.protocol.spec.Capability;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.Network;
import berth.protocol.spec.ResolvConf;
import berth.protocol.spec.Start;
import berth.protocol.spec.Tmpfs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What a specification comes to in a container's .nspawn file. */
public final class NspawnWriter {
  private static final String EXEC = "Exec";
  private static final String FILES = "Files";
  private static final String NETWORK = "Network";

  /** Settings of which one value holds, and more than one would be a contradiction. */
  private static final Set<String> SINGLE =
      Set.of(
          "Exec.Boot",
          "Exec.ProcessTwo",
          "Exec.Parameters",
          "Exec.Ephemeral",
          "Exec.Hostname",
          "Exec.PrivateUsers",
          "Exec.ResolvConf",
          "Files.ReadOnly",
          "Network.Private",
          "Network.VirtualEthernet",
          "Network.Bridge",
          "Network.Zone");

  private final List<Entry> entries = new ArrayList<>();

  private NspawnWriter() {}

  /** The settings that a specification says. */
  public static Entries of(ContainerSpec spec) {
    var writer = new NspawnWriter();
    writer.exec(spec);
    writer.files(spec);
    writer.network(spec.network());
    return new Entries(writer.entries);
  }

  /**
   * The settings that a specification says, and those that somebody else wrote and that it has no
   * word for. Where both say something, what was asked of Berth holds, but not a mere default.
   */
  public static Entries of(ContainerSpec spec, List<Entry> kept) {
    var asked = of(spec).all();
    var defaults = of(ContainerSpec.DEFAULT).all();
    var staying =
        kept.stream()
            .filter(entry ->
                !SINGLE.contains(entry.place()) || at(entry, asked).equals(at(entry, defaults)))
            .toList();
    var own =
        asked.stream()
            .filter(entry -> !SINGLE.contains(entry.place()) || at(entry, staying).isEmpty());
    return new Entries(Stream.concat(own, staying.stream()).toList());
  }

  private static List<Entry> at(Entry place, Collection<Entry> entries) {
    return entries.stream().filter(entry -> entry.place().equals(place.place())).toList();
  }

  private void exec(ContainerSpec spec) {
    switch (spec.start()) {
      case Start.Boot _ -> add(EXEC, "Boot", "yes");
      case Start.Program(var argv) -> {
        add(EXEC, "ProcessTwo", "yes");
        add(EXEC, "Parameters", Words.joined(argv));
      }
    }
    if (spec.ephemeral()) {
      add(EXEC, "Ephemeral", "yes");
    }
    spec.environment()
        .forEach((name, value) -> add(EXEC, "Environment", Words.quoted(name + "=" + value)));
    spec.hostname().ifPresent(name -> add(EXEC, "Hostname", name));
    add(EXEC, "PrivateUsers", spec.privateUsers().word());
    names("Capability", spec.capabilities().add());
    names("DropCapability", spec.capabilities().drop());
    calls("", spec.systemCalls().allow());
    calls("~", spec.systemCalls().deny());
    if (spec.resolvConf() != ResolvConf.AUTO) {
      add(EXEC, "ResolvConf", spec.resolvConf().word());
    }
  }

  private void names(String key, List<Capability> capabilities) {
    if (!capabilities.isEmpty()) {
      add(EXEC, key, String.join(" ", capabilities.stream().map(Capability::name).toList()));
    }
  }

  private void calls(String prefix, List<String> calls) {
    if (!calls.isEmpty()) {
      add(EXEC, "SystemCallFilter", prefix + String.join(" ", calls));
    }
  }

  private void files(ContainerSpec spec) {
    if (spec.readOnly()) {
      add(FILES, "ReadOnly", "yes");
    }
    for (var bind : spec.binds()) {
      add(FILES, bind.readOnly() ? "BindReadOnly" : "Bind", value(bind));
    }
    for (var device : spec.devices()) {
      add(FILES, "Bind", device.path());
    }
    for (var tmpfs : spec.tmpfs()) {
      add(FILES, "TemporaryFileSystem", value(tmpfs));
    }
  }

  private static String value(Bind bind) {
    if (bind.idmapped()) {
      return bind.source() + ":" + bind.target() + ":idmap";
    }
    return bind.source().equals(bind.target())
        ? bind.source()
        : bind.source() + ":" + bind.target();
  }

  private static String value(Tmpfs tmpfs) {
    var options =
        Stream.concat(
                tmpfs.mode().map(mode -> "mode=" + mode).stream(),
                tmpfs.size().map(size -> "size=" + size.bytes()).stream())
            .toList();
    return options.isEmpty() ? tmpfs.path() : tmpfs.path() + ":" + String.join(",", options);
  }

  private void network(Network network) {
    switch (network) {
      case Network.Veth _ -> add(NETWORK, "VirtualEthernet", "yes");
      case Network.Bridge(var name, _) -> add(NETWORK, "Bridge", name);
      case Network.Zone(var name, _) -> add(NETWORK, "Zone", name);
      case Network.Host _ -> add(NETWORK, "VirtualEthernet", "no");
      case Network.Macvlan(var parent) -> {
        add(NETWORK, "VirtualEthernet", "no");
        add(NETWORK, "MACVLAN", parent);
      }
      case Network.None _ -> {
        add(NETWORK, "Private", "yes");
        add(NETWORK, "VirtualEthernet", "no");
      }
    }
    network.ports().forEach(port -> add(NETWORK, "Port", port.toString()));
  }

  private void add(String section, String key, String value) {
    entries.add(new Entry(section, key, value));
  }
}

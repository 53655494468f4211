package berth.protocol.spec;

import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.Names;
import berth.protocol.Wire;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a container shall be. All may be left out; what is, is as in systemd's own template unit:
 * its init is booted, its users are its own, a virtual cable links it to the host.
 *
 * @param description one line for people
 * @param labels by which it is found; keys as in {@code example.org/tier}
 * @param size how large what is in its volume may get; empty for as large as its pool
 * @param start what runs in it
 * @param hostname its own name for itself; empty for that of the container
 * @param environment of its init or program
 * @param privateUsers whose users its users are
 * @param network how it is on the network
 * @param resolvConf what becomes of its /etc/resolv.conf
 * @param binds what of the host is seen in it
 * @param tmpfs which of its folders are kept in memory
 * @param devices which devices of the host it may use
 * @param capabilities the rights of its root
 * @param systemCalls what it may ask of the kernel
 * @param readOnly whether nothing may write to its volume
 * @param ephemeral whether it runs from a snapshot that is thrown away when it stops
 * @param limits what it may use of the host
 * @param restart when systemd starts it again
 * @param restartDelay how long systemd waits before that
 * @param after it starts after these and stops before them, where they start or stop, too
 * @param startDelay how long its unit waits before it starts
 * @param stopTimeout how long it may take to stop before it is killed; empty for 90 s
 * @param autostart whether it starts with the host
 * @param isProtected whether it is not to be removed
 */
public record ContainerSpec(
    Optional<String> description,
    Map<String, String> labels,
    Optional<ByteSize> size,
    Start start,
    Optional<String> hostname,
    Map<String, String> environment,
    PrivateUsers privateUsers,
    Network network,
    ResolvConf resolvConf,
    List<Bind> binds,
    List<Tmpfs> tmpfs,
    List<Device> devices,
    Capabilities capabilities,
    SystemCalls systemCalls,
    boolean readOnly,
    boolean ephemeral,
    ResourceLimits limits,
    Restart restart,
    Optional<TimeSpan> restartDelay,
    List<ContainerName> after,
    Optional<TimeSpan> startDelay,
    Optional<TimeSpan> stopTimeout,
    boolean autostart,
    @JsonProperty("protected") boolean isProtected) {
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final String LABEL_PART = "[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?";
  private static final Pattern LABEL = Pattern.compile("(?:" + LABEL_PART + "/)?" + LABEL_PART);
  private static final Pattern LABEL_VALUE = Pattern.compile("(?:" + LABEL_PART + ")?");
  private static final String LABEL_RULE =
      "1 to 63 of a-z, A-Z, 0-9, ., _ and -, beginning and ending with a letter or digit";
  private static final String HOST_PART = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
  private static final Pattern HOSTNAME =
      Pattern.compile("(?=.{1,64}$)" + HOST_PART + "(?:\\." + HOST_PART + ")*");
  private static final String HOSTNAME_RULE =
      "1 to 64 of a-z, A-Z, 0-9, - and ., each part beginning and ending with a letter or digit";
  private static final Duration LONGEST_START = Duration.ofHours(1);
  private static final long SMALLEST = 1 << 20;
  private static final int LONGEST_DESCRIPTION = 200;
  private static final int LONGEST_VALUE = 4096;

  public ContainerSpec {
    description = Rules.optional(description);
    description.ifPresent(text -> Rules.line("description", text, LONGEST_DESCRIPTION));
    labels = Rules.map("label", labels);
    labels.forEach(ContainerSpec::requireLabel);
    size = Rules.optional(size);
    size.ifPresent(ContainerSpec::requireRoom);
    start = start == null ? new Start.Boot() : start;
    hostname = Rules.optional(hostname);
    hostname.ifPresent(name -> Names.require("hostname", HOSTNAME, HOSTNAME_RULE, name));
    environment = Rules.map("variable", environment);
    environment.forEach(ContainerSpec::requireVariable);
    privateUsers = privateUsers == null ? PrivateUsers.PICK : privateUsers;
    network = network == null ? new Network.Veth(List.of()) : network;
    resolvConf = resolvConf == null ? ResolvConf.AUTO : resolvConf;
    binds = Rules.list(binds);
    tmpfs = Rules.list(tmpfs);
    devices = Rules.list(devices);
    requireOwnPlaces(binds, tmpfs, devices);
    requireMappable(binds, privateUsers);
    capabilities = capabilities == null ? Capabilities.DEFAULT : capabilities;
    systemCalls = systemCalls == null ? SystemCalls.DEFAULT : systemCalls;
    limits = limits == null ? ResourceLimits.NONE : limits;
    restart = restart == null ? Restart.NO : restart;
    restartDelay = Rules.optional(restartDelay);
    after = Rules.list(after);
    Rules.distinct("container to start after", after);
    startDelay = Rules.optional(startDelay);
    startDelay.ifPresent(ContainerSpec::requireStart);
    stopTimeout = Rules.optional(stopTimeout);
    stopTimeout.ifPresent(ContainerSpec::requireStop);
  }

  /** One that leaves all to the defaults. */
  public static final ContainerSpec DEFAULT =
      Wire.read("{}".getBytes(StandardCharsets.UTF_8), ContainerSpec.class);

  private static void requireLabel(String key, String value) {
    Names.require("label", LABEL, LABEL_RULE + ", perhaps with such a prefix and / before it", key);
    Names.require("value of the label " + key, LABEL_VALUE, LABEL_RULE + ", or nothing", value);
  }

  private static void requireRoom(ByteSize size) {
    if (size.bytes() < SMALLEST) {
      throw Rules.bad("size", size, "1 MiB at least; leave it out for as large as the pool");
    }
  }

  private static void requireStart(TimeSpan delay) {
    if (delay.value().compareTo(LONGEST_START) > 0) {
      throw Rules.bad("startDelay", delay, "an hour at most");
    }
  }

  private static void requireStop(TimeSpan timeout) {
    if (timeout.value().isZero()) {
      throw Rules.bad("stopTimeout", timeout, "more than nothing; leave it out for 90 s");
    }
  }

  private static void requireVariable(String name, String value) {
    Names.require("variable", VARIABLE, "letters, digits and _, no digit first", name);
    Rules.line("value of the variable " + name, value, LONGEST_VALUE);
  }

  private static void requireOwnPlaces(List<Bind> binds, List<Tmpfs> tmpfs, List<Device> devices) {
    Rules.distinct(
        "place in the container",
        Stream.of(
                binds.stream().map(Bind::target),
                tmpfs.stream().map(Tmpfs::path),
                devices.stream().map(Device::path))
            .flatMap(paths -> paths)
            .toList());
  }

  private static void requireMappable(List<Bind> binds, PrivateUsers users) {
    for (var bind : binds) {
      if (bind.idmapped() && users == PrivateUsers.NO) {
        throw Rules.bad("bind", bind.target(), "idmapped needs private users");
      }
    }
  }
}

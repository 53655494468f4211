package berth.protocol.state;

import berth.protocol.ByteSize;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A container looked at closely, at one moment. Lists are cut where a container has more than
 * anybody reads.
 *
 * @param processes by their number inside; those with the most memory where there are too many
 * @param processCount how many there are in all
 * @param interfaces those of its own network; none where it has the host's
 * @param listeners where its programs wait for connections or datagrams
 * @param mounts without the kernel's own file systems
 * @param files what configures it on the host: its unit, the unit's drop-ins, its .nspawn file
 * @param missing what could not be seen, with the reason: the names are those of the fields here
 */
public record Inspection(
    ContainerState container,
    List<ProcessInside> processes,
    long processCount,
    List<NetworkInterface> interfaces,
    List<Listener> listeners,
    List<MountPoint> mounts,
    ResourceUsage usage,
    List<ConfigFile> files,
    Map<String, String> missing) {

  /**
   * A process of a container.
   *
   * @param pid its number inside
   * @param hostPid its number on the host
   * @param user by name where the container's passwd(5) has one, else the number there
   * @param command its arguments, cut; its name in brackets where it has none
   * @param memory what of it is in RAM
   * @param cpuTime processor time that it used
   */
  public record ProcessInside(
      long pid, long hostPid, String user, String command, ByteSize memory, Duration cpuTime) {
    public ProcessInside {
      Objects.requireNonNull(user, "user");
      Objects.requireNonNull(command, "command");
      Objects.requireNonNull(memory, "memory");
      Objects.requireNonNull(cpuTime, "cpuTime");
    }
  }

  /**
   * A network interface inside.
   *
   * @param addresses with their prefix lengths: 192.0.2.7/24
   */
  public record NetworkInterface(String name, boolean up, List<String> addresses) {
    public NetworkInterface {
      Objects.requireNonNull(name, "name");
      addresses = addresses == null ? List.of() : List.copyOf(addresses);
    }
  }

  /**
   * A socket that waits for others.
   *
   * @param protocol tcp or udp
   * @param process the number inside of a process that has it, where one was found
   */
  public record Listener(
      String protocol, String address, int port, Optional<Long> process, Optional<String> command) {
    public Listener {
      Objects.requireNonNull(protocol, "protocol");
      Objects.requireNonNull(address, "address");
    }
  }

  /**
   * A file system inside.
   *
   * @param source the device, with the part of its file system in brackets where it is not all of
   *     it, as findmnt(8) shows it
   */
  public record MountPoint(String path, String type, String source, boolean readOnly) {
    public MountPoint {
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(type, "type");
      Objects.requireNonNull(source, "source");
    }
  }

  /**
   * What it uses of what it may use. A limit is the narrowest one from its unit upwards; absent
   * where there is none.
   *
   * @param cpuTime processor time since it was started
   * @param cpus how many processors it may use: 1.5 is 150%
   */
  public record ResourceUsage(
      Optional<ByteSize> memory,
      Optional<ByteSize> memoryHigh,
      Optional<ByteSize> memoryMax,
      Optional<ByteSize> swap,
      Optional<ByteSize> swapMax,
      Optional<Long> tasks,
      Optional<Long> tasksMax,
      Optional<Duration> cpuTime,
      Optional<Double> cpus,
      Optional<ByteSize> ioRead,
      Optional<ByteSize> ioWritten) {
    /** Of one that does not run. */
    public static final ResourceUsage NONE =
        new ResourceUsage(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
  }

  /** A file of the host's, and what is in it. */
  public record ConfigFile(String path, String text) {
    public ConfigFile {
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(text, "text");
    }
  }

  public Inspection {
    Objects.requireNonNull(container, "container");
    processes = processes == null ? List.of() : List.copyOf(processes);
    interfaces = interfaces == null ? List.of() : List.copyOf(interfaces);
    listeners = listeners == null ? List.of() : List.copyOf(listeners);
    mounts = mounts == null ? List.of() : List.copyOf(mounts);
    usage = usage == null ? ResourceUsage.NONE : usage;
    files = files == null ? List.of() : List.copyOf(files);
    missing = missing == null ? Map.of() : Map.copyOf(missing);
  }
}

package berth.protocol.state;

import berth.protocol.ByteSize;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * What a host is.
 *
 * @param os the PRETTY_NAME of its os-release(5)
 * @param osId the ID of its os-release(5), such as {@code debian}
 * @param kernel the release of its kernel (uname(2))
 * @param architecture its machine (uname(2)), such as {@code x86_64}
 * @param systemd the version of its systemd, such as {@code 257}
 * @param bootId /proc/sys/kernel/random/boot_id
 * @param addresses its IP addresses, without loopback and link-local ones
 */
public record HostFacts(
    String os,
    String osId,
    String kernel,
    String architecture,
    String systemd,
    String agentVersion,
    int cpus,
    ByteSize memory,
    String bootId,
    Instant bootedAt,
    List<String> addresses) {
  public HostFacts {
    Objects.requireNonNull(memory, "memory");
    addresses = addresses == null ? List.of() : List.copyOf(addresses);
  }
}

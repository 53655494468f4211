package berth.agent.view;

import berth.protocol.state.Inspection.Listener;
import berth.protocol.state.Inspection.ProcessInside;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The sockets that wait for others in the network of a process (proc_pid_net(5)). */
final class Sockets {
  private static final int MOST = 500;
  private static final int MOST_FILES = 50_000;
  private static final int MOST_FILES_OF_ONE = 4000;
  private static final int TABLE = 1 << 20;
  private static final String LISTEN = "0A";
  private static final String UNCONNECTED = "07";
  private static final String SOCKET = "socket:[";

  private Sockets() {}

  /** One line of a table: a socket, by its inode. */
  private record Socket(String protocol, String address, int port, String inode) {}

  /**
   * Those in the network of the leader.
   *
   * @param shared whether that is the host's network: then only those of the processes are given
   */
  static List<Listener> of(ProcFolder leader, List<ProcessInside> processes, boolean shared) {
    var sockets = new ArrayList<Socket>();
    for (var table : List.of("tcp", "tcp6", "udp", "udp6")) {
      leader
          .text("net/" + table, TABLE)
          .lines()
          .skip(1)
          .forEach(line -> socket(table, line).ifPresent(sockets::add));
    }
    var owners = owners(processes);
    return sockets.stream()
        .filter(socket -> !shared || owners.containsKey(socket.inode()))
        .map(socket -> listener(socket, Optional.ofNullable(owners.get(socket.inode()))))
        .distinct()
        .sorted(Comparator.comparing(Listener::protocol).thenComparingInt(Listener::port))
        .limit(MOST)
        .toList();
  }

  private static Listener listener(Socket socket, Optional<ProcessInside> owner) {
    return new Listener(
        socket.protocol(),
        socket.address(),
        socket.port(),
        owner.map(ProcessInside::pid),
        owner.map(process -> process.command().split(" ", 2)[0]));
  }

  /** {@code 0: 0100007F:0016 00000000:0000 0A ... uid timeout inode}. */
  private static Optional<Socket> socket(String table, String line) {
    var fields = line.strip().split("\\s+", -1);
    var protocol = table.substring(0, 3);
    if (fields.length < 10 || !fields[3].equals(protocol.equals("tcp") ? LISTEN : UNCONNECTED)) {
      return Optional.empty();
    }
    var at = fields[1].split(":", 2);
    return address(at[0])
        .map(address -> new Socket(protocol, address, Integer.parseInt(at[1], 16), fields[9]));
  }

  /**
   * Words of 32 bits as the processor has them in memory; those that we run on are little-endian.
   */
  static Optional<String> address(String hex) {
    try {
      var words = HexFormat.of().parseHex(hex);
      var bytes = new byte[words.length];
      for (var i = 0; i < bytes.length; i++) {
        bytes[i] = words[i / 4 * 4 + 3 - i % 4];
      }
      return Optional.of(InetAddress.getByAddress(bytes).getHostAddress());
    } catch (IllegalArgumentException | IndexOutOfBoundsException | UnknownHostException _) {
      return Optional.empty();
    }
  }

  private static Map<String, ProcessInside> owners(List<ProcessInside> processes) {
    var owners = new HashMap<String, ProcessInside>();
    var left = MOST_FILES;
    for (var process : processes) {
      try (var folder = ProcFolder.open(process.hostPid()).orElse(null)) {
        var files =
            folder == null
                ? List.<String>of()
                : folder.openFiles(Math.min(left, MOST_FILES_OF_ONE));
        left -= files.size();
        for (var file : files) {
          var target = folder.link("fd/" + file);
          if (target.startsWith(SOCKET)) {
            owners.merge(
                target.substring(SOCKET.length(), target.length() - 1), process, Sockets::later);
          }
        }
      }
    }
    return owners;
  }

  /** An init that keeps a socket for its service is not who serves it. */
  private static ProcessInside later(ProcessInside one, ProcessInside other) {
    return one.pid() == 1 ? other : one;
  }
}

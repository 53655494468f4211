package berth.controller.lab;

import berth.protocol.HostId;
import java.util.List;
import java.util.Optional;

/**
 * How a lab is, for people and for scripts.
 *
 * @param folder where it lives
 * @param up whether anything of it is there
 * @param controller its controller, where it has one
 * @param hosts its hosts in order
 */
public record LabStatus(
    String folder, boolean up, Optional<Controller> controller, List<Host> hosts) {
  /**
   * The lab's controller.
   *
   * @param url where its API is
   * @param broker where its agents connect
   * @param pid its process; zero while it does not run
   * @param log where it logs
   */
  public record Controller(String url, String broker, long pid, String log) {}

  /**
   * One host.
   *
   * @param host its name
   * @param address its address in the lab's network
   * @param leader its PID 1 as this machine numbers it; zero while it does not run
   * @param state what its systemd says of itself, or off
   * @param connected whether it is connected to the network
   * @param log what it wrote to its console
   */
  public record Host(
      HostId host, String address, long leader, String state, boolean connected, String log) {}

  public LabStatus {
    hosts = List.copyOf(hosts);
  }
}

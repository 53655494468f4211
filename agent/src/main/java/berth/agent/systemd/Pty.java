package berth.agent.systemd;

import berth.agent.linux.Fd;

/**
 * A terminal in a container. Owns its master's end.
 *
 * @param path of the container's end, seen from inside
 */
public record Pty(Fd master, String path) implements AutoCloseable {
  @Override
  public void close() {
    master.close();
  }
}

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the cache of loaded classes from which the command line starts: a call that asks a
 * controller for its hosts, here one with a single canned answer, loads nearly all that any call
 * needs. Run by the launcher: {@code java CacheClasses.java CACHE JAR FLAG...}.
 */
final class CacheClasses {
  private static final String HOSTS =
      """
      {"hosts": [{"host": "h1", "status": "ONLINE", "since": "2026-01-01T00:00:00Z",
        "agentVersion": "1", "containers": 0, "running": 0, "images": 0, "pools": [],
        "facts": {"os": "Debian", "osId": "debian", "kernel": "6", "architecture": "x86_64",
          "systemd": "257", "agentVersion": "1", "cpus": 1, "memory": 1, "bootId": "b",
          "bootedAt": "2026-01-01T00:00:00Z", "addresses": []}}]}
      """;

  public static void main(String[] arguments) throws IOException, InterruptedException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/v1/hosts",
        exchange -> {
          try (exchange) {
            var answer = HOSTS.getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
          }
        });
    server.start();
    var command = new ArrayList<String>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.add("-XX:AOTCacheOutput=" + arguments[0]);
    command.addAll(List.of(arguments).subList(2, arguments.length));
    command.addAll(List.of("-cp", arguments[1], "berth.controller.cli.BerthCli", "host", "ls"));
    command.add("--controller=http://127.0.0.1:" + server.getAddress().getPort() + "/");
    var exit = new ProcessBuilder(command).inheritIO().start().waitFor();
    server.stop(0);
    System.exit(exit);
  }
}

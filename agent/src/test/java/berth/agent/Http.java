package berth.agent;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** Asks the agent's own server. */
final class Http {
  private Http() {}

  static HttpResponse<String> get(AgentConfig.Address address, String path, String accept)
      throws IOException, InterruptedException {
    try (var client = HttpClient.newHttpClient()) {
      var uri = URI.create("http://" + address.host() + ":" + address.port() + path);
      var request = HttpRequest.newBuilder(uri).header("Accept", accept).build();
      return client.send(request, BodyHandlers.ofString());
    }
  }
}

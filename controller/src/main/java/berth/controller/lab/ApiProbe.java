package berth.controller.lab;

import berth.protocol.Wire;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Optional;

/** Asks a controller that may not be there yet. */
final class ApiProbe {
  private static final int MILLISECONDS = 5_000;

  private ApiProbe() {}

  /** The JSON at an address; empty while nobody answers there or the answer is an error. */
  static Optional<JsonNode> get(URI address) {
    HttpURLConnection connection = null;
    try {
      connection = (HttpURLConnection) address.toURL().openConnection();
      connection.setConnectTimeout(MILLISECONDS);
      connection.setReadTimeout(MILLISECONDS);
      if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
        return Optional.empty();
      }
      try (var body = connection.getInputStream()) {
        return Optional.of(Wire.json().readTree(body));
      }
    } catch (IOException e) {
      return Optional.empty();
    } finally {
      if (connection != null) {
        connection.disconnect();
      }
    }
  }
}

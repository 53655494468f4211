package berth.protocol.command;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** How an image is built. */
public sealed interface Recipe {

  /**
   * A Debian-like root by debootstrap or mmdebstrap, with systemd and D-Bus so that it boots.
   *
   * @param suite a release's code name, such as {@code trixie}
   * @param mirror empty for the host's own package source
   * @param packages more packages to install
   */
  record Debootstrap(String suite, Optional<URI> mirror, List<String> packages) implements Recipe {
    private static final Pattern SUITE = Pattern.compile("[a-z][a-z0-9.-]{0,62}");
    private static final Pattern PACKAGE = Pattern.compile("[a-z0-9][a-z0-9+.-]{1,127}");

    public Debootstrap {
      if (suite == null || !SUITE.matcher(suite).matches()) {
        throw new IllegalArgumentException(
            "bad suite \"" + suite + "\": a release's code name, such as trixie");
      }
      mirror.ifPresent(Debootstrap::requireHttp);
      packages = packages == null ? List.of() : List.copyOf(packages);
      for (var name : packages) {
        if (!PACKAGE.matcher(name).matches()) {
          throw new IllegalArgumentException("bad package name \"" + name + "\"");
        }
      }
    }

    private static void requireHttp(URI mirror) {
      if (!List.of("http", "https").contains(mirror.getScheme()) || mirror.getHost() == null) {
        throw new IllegalArgumentException(
            "bad mirror \"" + mirror + "\": an http or https address");
      }
    }
  }
}

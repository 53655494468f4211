package berth.controller.lab.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One place that packages come from (sources.list(5)).
 *
 * @param uri the archive
 * @param suites the suites taken from it
 * @param components the components taken from each suite
 * @param signedBy the keyring that vouches for it, where one is named
 */
public record AptSource(
    String uri, List<String> suites, List<String> components, Optional<String> signedBy) {
  public AptSource {
    if (uri.isBlank() || suites.isEmpty()) {
      throw new IllegalArgumentException("a package source needs a URI and a suite");
    }
    suites = List.copyOf(suites);
    components = List.copyOf(components);
  }

  /** The same archive for one other suite. */
  public AptSource withSuite(String suite) {
    return new AptSource(uri, List.of(suite), components, signedBy);
  }

  /** Whether it holds Debian's main archive: no updates, security or backports of it. */
  boolean isDebianMain() {
    return components.contains("main")
        && suites.stream().anyMatch(AptSource::isPlain)
        && uri.replaceAll("/+$", "").endsWith("/debian");
  }

  /** Whether it holds Debian's security updates. */
  boolean isDebianSecurity() {
    return suites.stream()
        .anyMatch(suite -> suite.endsWith("-security") || suite.endsWith("/updates"));
  }

  /** One line for each suite, in the form that apt and mmdebstrap read. */
  public List<String> lines() {
    var lines = new ArrayList<String>();
    for (var suite : suites) {
      var options = signedBy.map(keyring -> "[signed-by=" + keyring + "] ").orElse("");
      lines.add("deb " + options + uri + " " + suite + " " + String.join(" ", components));
    }
    return lines;
  }

  private static boolean isPlain(String suite) {
    return suite.matches("[a-z]+");
  }
}

package berth.agent.image;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The package sources that a Debian-like host is set up with (sources.list(5)). */
final class AptSources {
  private final Path etc;

  AptSources(Path etc) {
    this.etc = etc;
  }

  private record Source(URI address, List<String> suites) {}

  /** Where the host gets its own release from: the first HTTP source of that release. */
  Optional<URI> mirrorOf(String release) throws IOException {
    return sources().stream()
        .filter(source -> source.suites.contains(release))
        .map(Source::address)
        .findFirst();
  }

  private List<Source> sources() throws IOException {
    var all = new ArrayList<Source>();
    for (var file : files()) {
      var text = Files.readString(file, StandardCharsets.UTF_8);
      var lines = text.lines().filter(line -> !line.startsWith("#")).toList();
      if (file.toString().endsWith(".sources")) {
        Arrays.stream(String.join("\n", lines).split("\n\\s*\n", -1))
            .forEach(paragraph -> deb822(paragraph, all));
      } else {
        lines.forEach(line -> oneLine(line, all));
      }
    }
    return all;
  }

  private List<Path> files() throws IOException {
    var folder = etc.resolve("apt/sources.list.d");
    var parts = new ArrayList<Path>();
    if (Files.isRegularFile(etc.resolve("apt/sources.list"))) {
      parts.add(etc.resolve("apt/sources.list"));
    }
    if (Files.isDirectory(folder)) {
      try (Stream<Path> entries = Files.list(folder)) {
        entries
            .filter(file -> file.toString().matches(".*\\.(list|sources)"))
            .filter(Files::isRegularFile)
            .sorted()
            .forEach(parts::add);
      }
    }
    return parts;
  }

  /** {@code deb [options] address suite component...}. */
  private static void oneLine(String line, List<Source> into) {
    var words = line.replaceAll("\\[[^]]*]", " ").strip().split("\\s+", -1);
    if (words.length > 2 && words[0].equals("deb")) {
      add(words[1], List.of(words[2]), into);
    }
  }

  /** {@code Types: deb}, {@code URIs: ...}, {@code Suites: ...}. */
  private static void deb822(String paragraph, List<Source> into) {
    Map<String, String> fields =
        paragraph
            .lines()
            .filter(line -> line.matches("[A-Za-z-]+:.*"))
            .map(line -> line.split(":", 2))
            .collect(
                Collectors.toMap(
                    f -> f[0].toLowerCase(java.util.Locale.ROOT), f -> f[1].strip(), (a, _) -> a));
    var types = Arrays.asList(fields.getOrDefault("types", "").split("\\s+", -1));
    if (types.contains("deb") && !fields.getOrDefault("enabled", "yes").equals("no")) {
      var suites = Arrays.asList(fields.getOrDefault("suites", "").split("\\s+", -1));
      for (var address : fields.getOrDefault("uris", "").split("\\s+", -1)) {
        add(address, suites, into);
      }
    }
  }

  private static void add(String address, List<String> suites, List<Source> into) {
    if (address.matches("https?://[^\\s]+")) {
      into.add(new Source(URI.create(address), suites));
    }
  }
}

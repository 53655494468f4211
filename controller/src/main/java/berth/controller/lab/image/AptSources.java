package berth.controller.lab.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The binary package sources of a machine, in both forms that apt reads (sources.list(5)). */
public record AptSources(List<AptSource> all) {
  private static final String DEFAULT_ARCHIVE = "http://deb.debian.org/debian";
  private static final Path KEYRING = Path.of("/usr/share/keyrings/debian-archive-keyring.gpg");

  public AptSources {
    all = List.copyOf(all);
  }

  /** Reads the sources under a folder such as {@code /etc/apt}; none where it is not there. */
  public static AptSources read(Path apt) {
    var all = new ArrayList<AptSource>();
    for (var file : files(apt)) {
      var text = text(file);
      all.addAll(file.toString().endsWith(".sources") ? deb822(text) : oneLine(text));
    }
    return new AptSources(all);
  }

  /** Reads the classic form: {@code deb [option=value …] URI suite component …}. */
  static List<AptSource> oneLine(String text) {
    var sources = new ArrayList<AptSource>();
    for (var raw : text.lines().toList()) {
      var line = raw.replaceFirst("#.*", "").trim();
      if (!line.matches("deb\\s.*")) {
        continue;
      }
      var rest = line.substring("deb".length()).trim();
      var options = "";
      if (rest.startsWith("[") && rest.contains("]")) {
        options = rest.substring(1, rest.indexOf(']'));
        rest = rest.substring(rest.indexOf(']') + 1).trim();
      }
      var words = words(rest);
      if (words.size() >= 2) {
        sources.add(
            new AptSource(
                words.get(0),
                List.of(words.get(1)),
                words.subList(2, words.size()),
                option(options, "signed-by")));
      }
    }
    return sources;
  }

  /** Reads the form of stanzas with fields, where lines that begin with a blank go on. */
  static List<AptSource> deb822(String text) {
    var sources = new ArrayList<AptSource>();
    for (var stanza : text.replaceAll("(?m)^#.*\\R?", "").split("(?m)^\\s*$", -1)) {
      var fields = fields(stanza);
      var enabled = !fields.getOrDefault("enabled", "yes").matches("(?i)no|false|0|off");
      if (!enabled || !words(fields.getOrDefault("types", "")).contains("deb")) {
        continue;
      }
      var suites = words(fields.getOrDefault("suites", ""));
      var components = words(fields.getOrDefault("components", ""));
      var keyring =
          Optional.ofNullable(fields.get("signed-by")).filter(value -> value.startsWith("/"));
      for (var uri : words(fields.getOrDefault("uris", ""))) {
        if (!suites.isEmpty()) {
          sources.add(new AptSource(uri, suites, components, keyring));
        }
      }
    }
    return sources;
  }

  /**
   * Where a release comes from: the mirror named, or the archive that this machine itself uses, or
   * Debian's own; with the security updates where the machine has them too.
   */
  public List<AptSource> of(Release release, Optional<String> mirror) {
    var main =
        mirror
            .map(uri -> archive(uri))
            .or(() -> all.stream().filter(AptSource::isDebianMain).findFirst())
            .orElseGet(() -> archive(DEFAULT_ARCHIVE));
    var sources = new ArrayList<AptSource>();
    sources.add(onlyMain(main, release.toString()));
    if (mirror.isEmpty() && release.hasSecuritySuite()) {
      all.stream()
          .filter(AptSource::isDebianSecurity)
          .findFirst()
          .map(source -> onlyMain(source, release + "-security"))
          .ifPresent(sources::add);
    }
    return sources;
  }

  private static AptSource archive(String uri) {
    return new AptSource(uri, List.of("stable"), List.of("main"), Optional.empty());
  }

  private static AptSource onlyMain(AptSource source, String suite) {
    var keyring =
        source.signedBy().or(() -> Optional.of(KEYRING).filter(Files::exists).map(Path::toString));
    return new AptSource(source.uri(), List.of(suite), List.of("main"), keyring);
  }

  private static List<Path> files(Path apt) {
    var files = new ArrayList<Path>();
    if (Files.isRegularFile(apt.resolve("sources.list"))) {
      files.add(apt.resolve("sources.list"));
    }
    var parts = apt.resolve("sources.list.d");
    if (Files.isDirectory(parts)) {
      try (var all = Files.list(parts)) {
        all.filter(file -> file.toString().matches(".*\\.(list|sources)"))
            .sorted()
            .forEach(files::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return files;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the package sources in " + file, e);
    }
  }

  private static Map<String, String> fields(String stanza) {
    var fields = new HashMap<String, String>();
    var name = "";
    for (var line : stanza.lines().toList()) {
      if (line.matches("\\s.*")) {
        fields.merge(name, line.trim(), (before, more) -> before + " " + more);
      } else if (line.contains(":")) {
        name = line.substring(0, line.indexOf(':')).trim().toLowerCase(Locale.ROOT);
        fields.put(name, line.substring(line.indexOf(':') + 1).trim());
      }
    }
    return fields;
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.trim().split("\\s+"));
  }

  private static Optional<String> option(String options, String name) {
    return words(options).stream()
        .filter(option -> option.startsWith(name + "="))
        .map(option -> option.substring(name.length() + 1))
        .findFirst();
  }
}

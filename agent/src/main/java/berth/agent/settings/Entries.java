package berth.agent.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** The assignments of a settings file in their order (systemd.syntax(7)). */
public record Entries(List<Entry> all) {
  public Entries {
    all = List.copyOf(all);
  }

  /** Reads a file; what is no assignment is passed over, as systemd does. */
  public static Entries parse(String text) {
    var entries = new ArrayList<Entry>();
    var section = "";
    var lines = text.lines().iterator();
    while (lines.hasNext()) {
      var line = lines.next().strip();
      while (line.endsWith("\\") && lines.hasNext()) {
        line = line.substring(0, line.length() - 1) + " " + lines.next().strip();
      }
      if (line.startsWith("[") && line.endsWith("]")) {
        section = line.substring(1, line.length() - 1);
      } else if (!line.startsWith("#") && !line.startsWith(";") && line.indexOf('=') > 0) {
        var at = line.indexOf('=');
        entries.add(
            new Entry(section, line.substring(0, at).strip(), line.substring(at + 1).strip()));
      }
    }
    return new Entries(entries);
  }

  /** The text of a file; the sections come in the order of their first entries. */
  public String text() {
    var sections = new LinkedHashMap<String, StringBuilder>();
    for (var entry : all) {
      sections
          .computeIfAbsent(entry.section(), name -> new StringBuilder("[" + name + "]\n"))
          .append(entry.key())
          .append('=')
          .append(entry.value())
          .append('\n');
    }
    return String.join("\n", sections.values());
  }

  /** The places at which two files do not say the same. */
  public List<String> differences(Entries other) {
    var mine = byPlace();
    var others = other.byPlace();
    var places = new TreeSet<>(mine.keySet());
    places.addAll(others.keySet());
    return places.stream()
        .filter(place -> !Objects.equals(mine.get(place), others.get(place)))
        .toList();
  }

  private Map<String, List<String>> byPlace() {
    var places = new LinkedHashMap<String, List<String>>();
    all.forEach(
        entry -> places.computeIfAbsent(entry.place(), _ -> new ArrayList<>()).add(entry.value()));
    return places;
  }
}

package berth.agent.container;

import berth.agent.linux.FileSystem;
import berth.agent.linux.PlainFile;
import berth.agent.linux.Rename;
import berth.agent.settings.Entries;
import berth.agent.settings.Entry;
import berth.agent.settings.MarkedText;
import berth.agent.settings.NspawnReader;
import berth.agent.settings.NspawnWriter;
import berth.agent.settings.UnitWriter;
import berth.agent.systemd.UnitName;
import berth.protocol.BerthException;
import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import berth.protocol.ImageName;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.spec.SpecPatch;
import berth.protocol.state.ContainerState.Drift;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The containers' settings (systemd.nspawn(5)) in /etc/systemd/nspawn, the one place where nspawn
 * trusts them, and a drop-in of the unit where that needs one. Comments on top of the first tell
 * what Berth made, by which command and to which specification: so a command that comes again after
 * a crash knows its own work, and all that Berth knows of a container goes with its settings where
 * machinectl clones or renames it.
 */
final class Settings {
  private static final Path UNITS = Path.of("/etc/systemd/system");
  private static final String DROP_IN = "50-berth.conf";

  /** An environment carries what is not for everybody. */
  private static final String SECRET = "rw-------";

  /** What a unit's files say, systemd tells everybody anyway (systemctl(1), {@code cat}). */
  private static final String PUBLIC = "rw-r--r--";

  private static final String NSPAWN_MANUAL = "systemd.nspawn(5)";
  private static final String UNIT_MANUAL = "systemd.service(5)";
  private static final String COMMAND = "command";
  private static final String IMAGE = "image";
  private static final String SPEC = "spec";
  private static final String KEPT = "kept";
  private static final String WAITING = "waiting";

  /** What belongs to who a container is: a copy, or one that is imported, is another. */
  static final SpecPatch NOT_COPIED =
      SpecPatch.of(
          Wire.json()
              .createObjectNode()
              .putNull("hostname")
              .putNull("autostart")
              .putNull("protected"));

  private final Path folder;
  private final Path units;

  Settings(Path folder) {
    this(folder, UNITS);
  }

  /**
   * @param folder of the .nspawn files
   * @param units where the folders of drop-ins are
   */
  Settings(Path folder, Path units) {
    this.folder = folder;
    this.units = units;
  }

  /**
   * What Berth wrote about a container's coming under its care.
   *
   * @param image what it was made from; empty where it was adopted
   */
  record Origin(CommandId command, Optional<ImageName> image) {
    Origin(CommandId command, ImageName image) {
      this(command, Optional.of(image));
    }
  }

  /**
   * What changed while the container ran and holds from its next start on.
   *
   * @param invocation of the unit at the change; with another one it waits no more
   */
  record Waiting(String invocation, Set<String> fields) {
    static final Waiting NONE = new Waiting("", Set.of());

    Waiting {
      fields = java.util.Collections.unmodifiableSet(new TreeSet<>(fields));
    }
  }

  /**
   * What a container's settings say.
   *
   * @param kept settings that the specification has no word for
   */
  record Written(Origin origin, ContainerSpec spec, List<Entry> kept, Waiting waiting) {
    static Written of(Origin origin, ContainerSpec spec) {
      return new Written(origin, spec, List.of(), Waiting.NONE);
    }
  }

  /** Where a container's settings are. */
  Path file(ContainerName container) {
    return folder.resolve(container + ".nspawn");
  }

  /** Where the drop-in of its unit is. */
  Path dropIn(ContainerName container) {
    return units.resolve(UnitName.of(container) + ".d").resolve(DROP_IN);
  }

  /** Where the .nspawn files are. */
  Path folder() {
    return folder;
  }

  /** Where the folders of drop-ins are. */
  Path units() {
    return units;
  }

  /** Whether there are any, whoever wrote them. */
  boolean exist(ContainerName container) {
    return Files.exists(file(container));
  }

  /** Who made it, where Berth did. */
  Optional<Origin> origin(ContainerName container) {
    return marked(file(container)).flatMap(Settings::origin);
  }

  /** Whether a container was made by this very command. */
  boolean isOf(ContainerName container, CommandId command) {
    return origin(container).filter(made -> made.command().equals(command)).isPresent();
  }

  /** Refuses a name for which a person has written settings. */
  void requireNoneByHand(ContainerName container) {
    if (exist(container) && origin(container).isEmpty()) {
      throw taken(container);
    }
  }

  /** What is told where settings are in the way. */
  BerthException taken(ContainerName container) {
    return new BerthException(
        ProblemCode.ALREADY_EXISTS,
        "there are settings for a container \"" + container + "\": " + file(container),
        "choose another name, or remove that file");
  }

  /** What the settings of a container of Berth's say. */
  Optional<Written> read(ContainerName container) {
    return marked(file(container))
        .flatMap(text ->
            origin(text)
                .map(origin -> {
                  var entries = Entries.parse(text.body());
                  var spec = spec(text, entries);
                  return new Written(
                      origin, spec, NspawnReader.read(spec, entries).kept(), waiting(text));
                }));
  }

  /** What a person wrote: the settings as text; empty where there are none. */
  String body(ContainerName container) throws IOException {
    var text = PlainFile.read(file(container)).orElse("");
    return MarkedText.parse(text).map(MarkedText::body).orElse(text);
  }

  /** Which of the files of Berth's were changed by hand, and in what. */
  List<Drift> drift(ContainerName container) {
    var text = marked(file(container));
    if (text.flatMap(Settings::origin).isEmpty()) {
      return List.of();
    }
    var drift = new ArrayList<Drift>();
    var entries = Entries.parse(text.get().body());
    var spec = spec(text.get(), entries);
    if (!text.get().intact()) {
      var kept = Set.of(text.get().notes().getOrDefault(KEPT, "").split(","));
      var keys =
          NspawnWriter.of(spec).differences(entries).stream()
              .filter(place -> !kept.contains(place))
              .toList();
      drift.add(new Drift(file(container).toString(), keys));
    }
    unitDrift(container, spec).ifPresent(drift::add);
    return drift;
  }

  /** Writes the settings of a new container with all at the defaults. */
  void write(ContainerName container, Origin origin) throws IOException {
    var _ = write(container, Written.of(origin, ContainerSpec.DEFAULT));
  }

  /**
   * Writes the settings of a container; they are on the disk afterwards.
   *
   * @return whether the drop-in changed, which systemd has to be told
   */
  boolean write(ContainerName container, Written written) throws IOException {
    var changed = writeDropIn(container, written.spec());
    var body = NspawnWriter.of(written.spec(), written.kept()).text();
    write(container, written, body);
    return changed;
  }

  /** Writes what Berth knows over settings that stay as they are. */
  boolean adopt(ContainerName container, Written written) throws IOException {
    var changed = writeDropIn(container, written.spec());
    var body = body(container);
    write(container, written, body.isBlank() ? NspawnWriter.of(written.spec()).text() : body);
    return changed;
  }

  /**
   * Gives a new container the settings of another one, which may have none; what a person wrote in
   * them comes along, but a name for itself, a start with the host and a protection do not.
   *
   * @return whether the drop-in changed, which systemd has to be told
   */
  boolean copy(ContainerName from, ContainerName to, CommandId command) throws IOException {
    var before = read(from);
    var base = before.map(Written::spec).orElse(ContainerSpec.DEFAULT);
    var read = NspawnReader.read(base, Entries.parse(body(from)));
    var origin = new Origin(command, before.flatMap(written -> written.origin().image()));
    var spec = NOT_COPIED.on(read.spec());
    return write(to, new Written(origin, spec, read.kept(), Waiting.NONE));
  }

  /** Gives a container's settings another name; what was moved before stays where it is. */
  void move(ContainerName from, ContainerName to) throws IOException {
    if (exist(from)) {
      Rename.noReplace(file(from), file(to));
      FileSystem.syncEntries(folder);
    }
  }

  void delete(ContainerName container) throws IOException {
    Files.deleteIfExists(file(container));
  }

  private void write(ContainerName container, Written written, String body) throws IOException {
    var notes = new LinkedHashMap<String, String>();
    notes.put(COMMAND, written.origin().command().toString());
    written.origin().image().ifPresent(image -> notes.put(IMAGE, image.value()));
    notes.put(SPEC, SpecPatch.brief(written.spec()).toString());
    if (!written.kept().isEmpty()) {
      notes.put(
          KEPT,
          written.kept().stream().map(Entry::place).distinct().collect(Collectors.joining(",")));
    }
    if (!written.waiting().fields().isEmpty()) {
      notes.put(
          WAITING,
          written.waiting().invocation() + " " + String.join(",", written.waiting().fields()));
    }
    PlainFile.replace(file(container), MarkedText.of(notes, body).text(NSPAWN_MANUAL), SECRET);
  }

  private boolean writeDropIn(ContainerName container, ContainerSpec spec) throws IOException {
    var file = dropIn(container);
    var body = UnitWriter.of(spec).text();
    if (body.isEmpty()) {
      return PlainFile.delete(file);
    }
    var text = MarkedText.of(Map.of(), body).text(UNIT_MANUAL);
    if (PlainFile.read(file).filter(text::equals).isPresent()) {
      return false;
    }
    PlainFile.replace(file, text, PUBLIC);
    return true;
  }

  private Optional<Drift> unitDrift(ContainerName container, ContainerSpec spec) {
    var file = dropIn(container);
    var wish = UnitWriter.of(spec);
    var found = marked(file);
    if (found.isPresent() ? found.get().intact() : wish.all().isEmpty()) {
      return Optional.empty();
    }
    var entries = Entries.parse(found.map(MarkedText::body).orElse(""));
    return Optional.of(new Drift(file.toString(), wish.differences(entries)));
  }

  private static Optional<MarkedText> marked(Path file) {
    try {
      return PlainFile.read(file).flatMap(MarkedText::parse);
    } catch (IOException _) {
      return Optional.empty(); // one that a person changed beyond recognition
    }
  }

  private static Optional<Origin> origin(MarkedText text) {
    try {
      var image = Optional.ofNullable(text.notes().get(IMAGE)).map(ImageName::new);
      var command = Optional.ofNullable(text.notes().get(COMMAND)).map(CommandId::of);
      return command.map(id -> new Origin(id, image));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /** As it was written down, or else as far as the settings themselves say it. */
  private static ContainerSpec spec(MarkedText text, Entries entries) {
    try {
      var json = text.notes().getOrDefault(SPEC, "");
      return Wire.read(json.getBytes(StandardCharsets.UTF_8), ContainerSpec.class);
    } catch (BerthException _) {
      return NspawnReader.read(ContainerSpec.DEFAULT, entries).spec();
    }
  }

  private static Waiting waiting(MarkedText text) {
    var words = text.notes().getOrDefault(WAITING, "").split(" ", 2);
    return words.length < 2
        ? Waiting.NONE
        : new Waiting(words[0], Set.copyOf(List.of(words[1].split(","))));
  }
}

package berth.agent.storage.lvm;

import berth.agent.storage.PoolPlace;
import berth.agent.storage.Tools;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One thin pool, by the programs of lvm2. Each of these calls is one step of LVM's, or none. */
final class Lvm {
  private static final long SECTOR = 512;

  /** Of what LVM itself notes, which has a place of its own on the disk (pvs(8), vg_mda_free). */
  private static final String FULL = "exceeds maximum metadata size";

  private final PoolPlace.Thin place;
  private final Tools tools;

  Lvm(PoolPlace.Thin place, Tools tools) {
    this.place = place;
    this.tools = tools;
  }

  /** Where the kernel shows a logical volume. */
  Path device(String volume) {
    return Path.of("/dev", place.group(), volume);
  }

  /** The thin pool itself; fails where there is none of the name. */
  LogicalVolume pool() {
    return report(place.toString()).getFirst();
  }

  /** All that is in the pool, ours or not. */
  List<LogicalVolume> volumes() {
    return report(place.group()).stream()
        .filter(volume -> volume.pool().equals(place.pool()))
        .toList();
  }

  /** The names of all that is in the volume group, in the pool or not. */
  Set<String> names() {
    return report(place.group()).stream().map(LogicalVolume::name).collect(Collectors.toSet());
  }

  /** One that is in the pool. */
  Optional<LogicalVolume> find(String name) {
    return volumes().stream().filter(volume -> volume.name().equals(name)).findFirst();
  }

  /** A new and empty one. */
  void create(String name, ByteSize size, String... tags) {
    var argv = List.of("lvcreate", "--yes", "--wipesignatures", "n", "--name", name);
    var what = List.of("--virtualsize", bytes(size), "--thinpool", place.toString());
    run(argv, adding(List.of(tags)), what);
  }

  /**
   * A writable copy as of one moment: LVM itself has the file system stand still for it (an
   * fsfreeze(8) around it would be in its way).
   */
  void snapshot(String origin, String name, String... tags) {
    var argv = List.of("lvcreate", "--yes", "--snapshot", "--setactivationskip", "n");
    try {
      run(argv, List.of("--name", name), adding(List.of(tags)), List.of(path(origin)));
    } catch (BerthException e) {
      throw told(e, "already exists", ProblemCode.ALREADY_EXISTS, device(name) + " is there");
    }
  }

  /**
   * The same, for good: nobody can write to it, and it stays inactive until somebody asks for it by
   * name (lvchange(8), {@code --ignoreactivationskip}).
   */
  void keep(String origin, String name, Collection<String> tags) {
    var argv = List.of("lvcreate", "--yes", "--snapshot", "--setactivationskip", "y");
    var how = List.of("--permission", "r", "--name", name);
    run(argv, how, adding(tags), List.of(path(origin)));
  }

  /** Takes the mark of what is not whole, and gives others, in the same step. */
  void publish(String name, Collection<String> tags) {
    retag(List.of(name), List.of(Tags.STAGING), tags);
  }

  /** Takes tags from some and gives others instead: one step for each of them. */
  void retag(Collection<String> names, Collection<String> less, Collection<String> more) {
    var taking = less.stream().flatMap(tag -> Stream.of("--deltag", tag)).toList();
    run(List.of("lvchange"), taking, adding(more), names.stream().map(this::path).toList());
  }

  void rename(String from, String to) {
    try {
      run(List.of("lvrename", place.group(), from, to));
    } catch (BerthException e) {
      throw told(e, "already exists", ProblemCode.ALREADY_EXISTS, device(to) + " is there");
    }
  }

  void extend(String name, ByteSize size) {
    run(List.of("lvextend", "--size", bytes(size), path(name)));
  }

  /** Has the kernel know it, where it does not. */
  void activate(String name) {
    run(List.of("lvchange", "--activate", "y", path(name)));
  }

  /** Has one go on that was left standing still in the middle of a change. */
  void resume(String name) {
    run(List.of("lvchange", "--refresh", path(name)));
  }

  /** Removes one; {@code CONFLICT} where somebody still has it open. */
  void remove(String name) {
    try {
      run(List.of("lvremove", "--yes", path(name)));
    } catch (BerthException e) {
      throw told(e, "in use", ProblemCode.CONFLICT, device(name) + " is in use");
    }
  }

  private List<LogicalVolume> report(String what) {
    return LogicalVolume.parse(tools.ask(Stream.concat(lvs(), Stream.of(what)).toList()));
  }

  private static Stream<String> lvs() {
    return Stream.concat(Stream.of("lvs"), LogicalVolume.REPORT.stream());
  }

  private String path(String volume) {
    return place.group() + "/" + volume;
  }

  private static List<String> adding(Collection<String> tags) {
    return tags.stream().flatMap(tag -> Stream.of("--addtag", tag)).toList();
  }

  /** LVM takes whole sectors alone. */
  private static String bytes(ByteSize size) {
    return Math.ceilDiv(size.bytes(), SECTOR) * SECTOR + "b";
  }

  @SafeVarargs
  private void run(List<String>... parts) {
    var argv = new ArrayList<String>();
    for (var part : parts) {
      argv.addAll(part);
    }
    try {
      tools.runToItsEnd(argv);
    } catch (BerthException e) {
      var remedy =
          "remove snapshots that are not needed; a group has more that is made with: vgcreate"
              + " --metadatasize 16M";
      var full = "the volume group " + place.group() + " has no room to note more of its volumes";
      throw told(e, FULL, new Problem(ProblemCode.NO_SPACE, full, remedy));
    }
  }

  private static BerthException told(
      BerthException e, String words, ProblemCode code, String message) {
    return told(e, words, new Problem(code, message));
  }

  /** What LVM means by some words that it says. */
  private static BerthException told(BerthException e, String words, Problem meant) {
    var log = e.problem().log();
    var said = log.stream().anyMatch(line -> line.contains(words));
    return said ? new BerthException(meant.withLog(log), e) : e;
  }
}

package berth.controller.lab;

import berth.controller.lab.image.Release;
import berth.controller.lab.machine.CgroupLayout;
import berth.controller.lab.machine.Mounts;
import berth.controller.lab.machine.Processes;
import berth.controller.lab.machine.Ran;
import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a lab needs of the machine. Each thing that is missing is named, with the reason. */
final class Requirements {
  private static final Map<String, String> PROGRAMS = programs();

  private final LabFolder folder;
  private final List<String> missing = new ArrayList<>();

  Requirements(LabFolder folder) {
    this.folder = folder;
  }

  /** The machine's control groups, if all is there; throws with everything that is missing. */
  CgroupLayout check(Release release) {
    requireRoot();
    programs(PROGRAMS);
    fileSystem("btrfs", "the hosts' storage is btrfs");
    file("/dev/loop-control", "loop", "the hosts' storage is a file mounted through a loop device");
    file("/proc/self/ns/user", "", "containers run in user namespaces");
    file("/proc/self/ns/net", "", "each host has a network namespace");
    if (Processes.exists("ip") && Processes.exists("nft")) {
      network();
    }
    var layout = CgroupLayout.of(Mounts.now());
    if (layout.isEmpty()) {
      missing.add(
          "control groups of version 2: mounted at /sys/fs/cgroup, or at another place beside"
              + " version 1 with systemd's own hierarchy (name=systemd)");
    }
    layout.flatMap(release::refusal).ifPresent(missing::add);
    if (!missing.isEmpty()) {
      throw refused();
    }
    return layout.orElseThrow();
  }

  /** Throws unless this process is root's. */
  static void requireRoot() {
    try {
      if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
        throw new BerthException(
            ProblemCode.DENIED,
            "the lab needs root: it mounts, makes network interfaces and boots hosts",
            "run it with sudo");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private BerthException refused() {
    return new BerthException(
        new Problem(
                ProblemCode.UNSUPPORTED,
                "this machine can't run a lab: " + String.join("; ", missing),
                "install or load what is named and try again")
            .withLog(missing));
  }

  private void programs(Map<String, String> wanted) {
    wanted.forEach((program, packages) -> {
      if (!Processes.exists(program)) {
        missing.add("the program " + program + " (" + packages + ")");
      }
    });
  }

  private void fileSystem(String type, String why) {
    try {
      var known = "\t" + type;
      if (!Files.readString(Path.of("/proc/filesystems")).contains(known)
          && !(loads(type) && Files.readString(Path.of("/proc/filesystems")).contains(known))) {
        missing.add("the kernel's " + type + " file system (modprobe " + type + "): " + why);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void file(String path, String module, String why) {
    if (!Files.exists(Path.of(path)) && (module.isEmpty() || !loads(module))) {
      missing.add(path + (module.isEmpty() ? "" : " (modprobe " + module + ")") + ": " + why);
    }
  }

  /** Tries each kind of thing once under a name of the lab's, since no list tells what works. */
  private void network() {
    var link = folder.trialLink();
    Processes.tryRun("ip", "link", "del", link); // of a trial that was killed
    trial("bridges", List.of("ip", "link", "add", link, "type", "bridge"), link);
    trial(
        "pairs of virtual interfaces (veth)",
        List.of("ip", "link", "add", link, "type", "veth", "peer", "name", link + "p"),
        link);
    var table = folder.name() + "trial";
    var rules =
        "table ip %s { chain c { type nat hook postrouting priority srcnat; }; }; delete table ip %s"
            .formatted(table, table);
    refusal(Processes.tryRun(List.of("nft", "-f", "-"), rules + "\n"))
        .ifPresent(why -> missing.add("nftables with address translation in the kernel: " + why));
  }

  private void trial(String what, List<String> argv, String link) {
    refusal(Processes.tryRun(argv, "")).ifPresent(why -> missing.add(what + ": " + why));
    Processes.tryRun("ip", "link", "del", link);
  }

  private static Optional<String> refusal(Ran ran) {
    return ran.ok()
        ? Optional.empty()
        : Optional.of(ran.tail().isEmpty() ? "exit " + ran.exit() : ran.tail().getFirst());
  }

  private static boolean loads(String module) {
    return Processes.tryRun("modprobe", "--quiet", module).ok();
  }

  private static Map<String, String> programs() {
    var programs = new LinkedHashMap<String, String>();
    programs.put("systemd-nspawn", "package systemd-container");
    programs.put("mmdebstrap", "package mmdebstrap");
    programs.put("mkfs.btrfs", "package btrfs-progs");
    programs.put("ip", "package iproute2, on Fedora iproute");
    programs.put("nft", "package nftables");
    programs.put("losetup", "package util-linux");
    programs.put("nsenter", "package util-linux");
    programs.put("setsid", "package util-linux");
    programs.put("tar", "package tar");
    programs.put("zstd", "package zstd");
    return programs;
  }
}

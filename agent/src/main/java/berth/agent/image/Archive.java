package berth.agent.image;

import berth.agent.dispatch.Job;
import berth.agent.linux.RootedFiles;
import berth.agent.storage.Tools;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Unpacks a root file system from a tar archive. GNU tar itself keeps every member beneath the tree
 * (tar's manual, "Security rules of thumb"): it strips a leading slash and {@code ..}, and makes no
 * member by way of a symbolic link that another member brought.
 */
public final class Archive {
  private static final int USTAR_AT = 257;
  private static final int RECORDS_BETWEEN = 1000;
  private static final long RECORD = 10_240;

  /** How an archive is compressed, told by its first bytes. */
  private enum Compression {
    ZSTD("zstd", "28b52ffd"),
    GZIP("gzip", "1f8b"),
    XZ("xz", "fd377a585a00");

    private final String program;
    private final String magic;

    Compression(String program, String magic) {
      this.program = program;
      this.magic = magic;
    }
  }

  private final Tools tools;

  public Archive(Tools tools) {
    this.tools = tools;
  }

  /** Unpacks into an empty tree, and refuses what is no root file system. */
  void unpack(Path file, Path tree, Job job) throws IOException {
    tools.require("tar", "import an image");
    var command =
        Stream.of(
                Stream.of("tar", "--extract", "--file=" + file, "--directory=" + tree),
                compression(file),
                Stream.of("--numeric-owner", "--same-owner", "--preserve-permissions", "--acls"),
                Stream.of("--xattrs", "--xattrs-include=*", "--xattrs-exclude=security.selinux"),
                Stream.of("--checkpoint=" + RECORDS_BETWEEN, "--checkpoint-action=echo=%u"))
            .flatMap(words -> words)
            .toList();
    var progress = new LineProgress(job);
    tools.run(job, command, line -> progress.accept(unpacked(line)));
    job.stopIfCancelled();
    requireRoot(tree);
  }

  /** A checkpoint's line tells the number of records so far. */
  private static String unpacked(String line) {
    var number = line.replaceFirst("^.*tar: ", "");
    return number.matches("[0-9]{1,12}")
        ? "unpacked " + new ByteSize(Long.parseLong(number) * RECORD)
        : line;
  }

  private Stream<String> compression(Path file) throws IOException {
    var head = new byte[USTAR_AT + 5];
    int length;
    try (var in = Files.newInputStream(file)) {
      length = in.readNBytes(head, 0, head.length);
    }
    for (var compression : Compression.values()) {
      if (HexFormat.of().formatHex(head, 0, length).startsWith(compression.magic)) {
        tools.require(compression.program, "unpack this archive");
        return Stream.of("--" + compression.program);
      }
    }
    var name = new String(head, USTAR_AT, 5, StandardCharsets.ISO_8859_1);
    if (length == head.length && name.equals("ustar")) {
      return Stream.of();
    }
    throw new BerthException(
        ProblemCode.INVALID,
        "the file is no tar archive, plain or compressed by zstd, gzip or xz",
        "make one with: tar -C ROOT --numeric-owner --xattrs -caf FILE.tar.zst .");
  }

  private static void requireRoot(Path tree) throws IOException {
    try (var files = RootedFiles.at(tree)) {
      var missing =
          !files.hasDirectory("usr")
              ? "no folder /usr"
              : !files.hasFile("etc/os-release") && !files.hasFile("usr/lib/os-release")
                  ? "neither /etc/os-release nor /usr/lib/os-release"
                  : "";
      if (!missing.isEmpty()) {
        throw new BerthException(
            ProblemCode.INVALID,
            "the archive holds no root file system: it has " + missing + topOf(tree),
            "pack the root itself: tar -C ROOT --numeric-owner --xattrs -caf FILE.tar.zst .");
      }
    }
  }

  private static String topOf(Path tree) throws IOException {
    try (var entries = Files.list(tree)) {
      List<String> names = entries.limit(5).map(e -> e.getFileName().toString()).sorted().toList();
      return names.isEmpty() ? "; it is empty" : "; at its top: " + String.join(", ", names);
    }
  }
}

package berth.agent.copy;

import static berth.agent.copy.Trees.run;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.copy.tar.TarReader;
import berth.agent.copy.tar.TarWriter;
import berth.agent.dispatch.FakeJob;
import berth.agent.linux.Directory;
import berth.agent.linux.Folder;
import berth.agent.linux.ThreadIdentity;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.InnerPath;
import berth.protocol.ProblemCode;
import berth.protocol.Sha256;
import berth.protocol.command.CopyCommand.CopyIn;
import berth.protocol.command.FileOwner;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packing and unpacking trees, against GNU tar and against archives and trees that mean harm. */
class PackingTest {
  private static final String NO_HASH = "0".repeat(64);

  /** Of the owner, of user 55, of the group, the mask and of others (linux/posix_acl_xattr.h). */
  private static final byte[] ACL =
      HexFormat.of()
          .parseHex(
              "02000000"
                  + "01000600ffffffff"
                  + "0200040037000000"
                  + "04000400ffffffff"
                  + "10000400ffffffff"
                  + "20000400ffffffff");

  @TempDir private Path folder;
  private Path root;
  private Path archive;
  private final Warnings warnings = new Warnings();

  @BeforeEach
  void makeARoot() throws IOException {
    root = Files.createDirectory(folder.resolve("root"));
    archive = folder.resolve("archive.tar");
  }

  @Test
  void aTreeComesOutAsItWentIn() throws IOException {
    Trees.fill(root.resolve("tree"));
    pack(root, "tree");
    unpack("/copy", false);
    assertThat(Trees.seen(root.resolve("copy"))).isEqualTo(Trees.seen(root.resolve("tree")));
    assertThat(Trees.allocated(root.resolve("copy/sparse"))).isLessThan(1 << 20);
    assertThat(Trees.allocated(root.resolve("copy/hole"))).isLessThan(1 << 20);
    assertThat(warnings.lines()).isEmpty();
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void gnuTarReadsWhatIsPacked() throws IOException {
    Trees.fill(root.resolve("tree"));
    pack(root, "tree");
    run(
        "tar",
        "-x",
        "-p",
        "--xattrs",
        "--xattrs-include=*",
        "--numeric-owner",
        "-f",
        archive.toString(),
        "-C",
        Files.createDirectory(folder.resolve("out")) + "");
    assertThat(Trees.seen(folder.resolve("out/tree"))).isEqualTo(Trees.seen(root.resolve("tree")));
    assertThat(Trees.allocated(folder.resolve("out/tree/hole"))).isLessThan(1 << 20);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--format=pax --sparse --xattrs",
        "--format=pax --sparse-version=0.1 --xattrs",
        "--format=gnu --sparse",
        "--format=gnu"
      })
  void whatGnuTarPacksIsUnpacked(String options) throws IOException {
    var source = folder.resolve("tree");
    Trees.fill(source);
    var argv =
        Stream.of(
                List.of("tar", "-c", "-f", archive + "", "-C", folder + ""),
                List.of(options.split(" ")),
                List.of("tree"))
            .flatMap(List::stream);
    run(argv.toArray(String[]::new));
    unpack("/tree", false);
    if (options.contains("pax")) {
      assertThat(Trees.seen(root.resolve("tree"))).isEqualTo(Trees.seen(source));
    } else {
      // That format has whole seconds and no attributes.
      run("diff", "-r", "--no-dereference", source + "/large", root + "/tree/large");
      run("cmp", source + "/sparse", root + "/tree/sparse");
      run("cmp", source + "/plain", root + "/tree/plain");
    }
    if (options.contains("sparse")) {
      assertThat(Trees.allocated(root.resolve("tree/sparse"))).isLessThan(1 << 20);
    }
  }

  @Test
  void itGoesIntoAFolderThatIsThereAndBesidesBecomesThePath() throws IOException {
    var source = Files.createDirectories(folder.resolve("tree/sub"));
    Files.writeString(source.resolve("file"), "new");
    tar("tree");
    Files.createDirectories(root.resolve("there/tree"));
    Files.writeString(root.resolve("there/tree/kept"), "old");
    unpack("/there", false);
    assertThat(root.resolve("there/tree/sub/file")).hasContent("new");
    assertThat(root.resolve("there/tree/kept")).hasContent("old");
    unpack("/named", false);
    assertThat(root.resolve("named/sub/file")).hasContent("new");
    tar("-C", "tree", ".");
    unpack("/there", true);
    assertThat(root.resolve("there/sub/file")).hasContent("new");
    unpack("/contents", true);
    assertThat(root.resolve("contents/sub/file")).hasContent("new");
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void whatDoesNotFitIsRefusedByName() throws IOException {
    Files.createDirectories(folder.resolve("tree"));
    Files.writeString(folder.resolve("file"), "f");
    Files.writeString(root.resolve("a-file"), "old");
    Files.createDirectories(root.resolve("dir/file"));
    tar("tree");
    assertProblem(() -> unpack("/a-file", false), ProblemCode.CONFLICT, "a-file");
    assertProblem(() -> unpack("/a-file/", false), ProblemCode.CONFLICT, "is no folder");
    assertProblem(() -> unpack("/no/such", false), ProblemCode.NOT_FOUND, "/no in the container");
    assertProblem(() -> unpack("/none/", false), ProblemCode.NOT_FOUND, "/none/");
    tar("file");
    assertProblem(() -> unpack("/dir", false), ProblemCode.CONFLICT, "the folder file");
    assertThat(root.resolve("a-file")).hasContent("old");
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void anArchiveThatEndsTooEarlyLeavesNothing() throws IOException {
    Trees.fill(folder.resolve("tree"));
    tar("tree");
    var bytes = Files.readAllBytes(archive);
    Files.write(archive, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertProblem(() -> unpack("/new", false), ProblemCode.INVALID, "can't be read");
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void whatIsNoArchiveIsRefused() throws IOException {
    Files.writeString(archive, "hello".repeat(1000));
    assertProblem(() -> unpack("/new", false), ProblemCode.INVALID, "can't be read");
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void membersThatLeadOutOfTheArchiveAreRefused() throws IOException {
    Files.writeString(folder.resolve("secret"), "host's");
    for (var name : List.of("../secret", "a/../../secret")) {
      Files.writeString(folder.resolve("file"), "evil");
      run(
          "tar",
          "-c",
          "-P",
          "-f",
          archive + "",
          "-C",
          folder + "",
          "--transform",
          "s,.*," + name + ",",
          "file");
      assertProblem(() -> unpack("/", true), ProblemCode.INVALID, "leads out of it");
    }
    assertThat(folder.resolve("secret")).hasContent("host's");
  }

  @Test
  void anAbsoluteMemberStaysBeneathTheFolder() throws IOException {
    var file = Files.writeString(folder.resolve("file"), "x");
    Files.createDirectory(root.resolve("into"));
    run("tar", "-c", "-P", "-f", archive + "", file + "");
    unpack("/into", true);
    assertThat(root.resolve("into" + file)).hasContent("x");
  }

  @Test
  void aLinkThatTheArchiveBringsIsNoWayOut() throws IOException {
    var outside = Files.createDirectory(folder.resolve("outside"));
    var stage = Files.createDirectories(folder.resolve("stage"));
    Files.createSymbolicLink(stage.resolve("way"), outside);
    Files.createDirectories(folder.resolve("stage2/way"));
    Files.writeString(folder.resolve("stage2/way/evil"), "evil");
    run("tar", "-c", "-f", archive + "", "-C", stage + "", "way");
    run("tar", "-r", "-f", archive + "", "-C", folder.resolve("stage2") + "", "way/evil");
    Files.createDirectory(root.resolve("into"));
    assertProblem(() -> unpack("/into", true), ProblemCode.INVALID, "leads out");
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void aLinkThatIsThereLeadsAtMostToTheRoot() throws IOException {
    var outside = Files.createDirectory(folder.resolve("outside"));
    Files.createDirectories(root.resolve("real"));
    Files.createSymbolicLink(root.resolve("relative"), Path.of("real"));
    Files.createSymbolicLink(root.resolve("absolute"), outside);
    Files.createSymbolicLink(root.resolve("dots"), Path.of("../outside"));
    Files.createDirectories(folder.resolve("s/relative"));
    Files.writeString(folder.resolve("s/relative/file"), "x");
    tar("-C", "s", "relative");
    unpack("/", true);
    assertThat(root.resolve("real/file")).hasContent("x");
    Files.writeString(folder.resolve("file"), "evil");
    tar("file");
    for (var path : List.of("/absolute/x", "/dots/x")) {
      assertProblem(() -> unpack(path, false), ProblemCode.NOT_FOUND, "no such folder");
    }
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void aLinkOfAFilesNameIsReplacedAndNotFollowed() throws IOException {
    var secret = Files.writeString(folder.resolve("secret"), "host's");
    Files.createSymbolicLink(root.resolve("file"), secret);
    Files.writeString(folder.resolve("file"), "new");
    tar("file");
    unpack("/", false);
    assertThat(secret).hasContent("host's");
    assertThat(root.resolve("file")).isRegularFile().hasContent("new");
    assertThat(Files.isSymbolicLink(root.resolve("file"))).isFalse();
  }

  @Test
  void aHardLinkToTheOutsideIsNotMade() throws IOException {
    Files.writeString(folder.resolve("secret"), "host's");
    Files.createSymbolicLink(root.resolve("way"), folder);
    Files.writeString(folder.resolve("first"), "1");
    Files.createLink(folder.resolve("second"), folder.resolve("first"));
    for (var target : List.of("../secret", "way/secret")) {
      run(
          "tar",
          "-c",
          "-P",
          "-f",
          archive + "",
          "-C",
          folder + "",
          "--transform",
          "flags=h;s,first," + target + ",",
          "first",
          "second");
      assertThatThrownBy(() -> unpack("/", true)).isInstanceOf(Exception.class);
      assertThat(root.resolve("second")).doesNotExist();
    }
  }

  @Test
  void deviceNodesAreLeftOutAndNamedBothWays() throws IOException {
    var tree = Files.createDirectory(root.resolve("tree"));
    run("mknod", tree + "/null", "c", "1", "3");
    Files.writeString(tree.resolve("file"), "x");
    pack(root, "tree");
    assertThat(warnings.lines()).containsExactly("left out: the device node tree/null");
    run("tar", "-c", "-f", archive + "", "-C", root + "", "tree");
    unpack("/copy", false);
    assertThat(root.resolve("copy")).isDirectoryNotContaining("glob:**null");
    assertThat(warnings.lines()).hasSize(2);
  }

  @Test
  void usersOfTheContainerHaveOtherNumbersOnTheHost() throws IOException {
    run("chown", "100000:100000", root + "");
    var file = Files.writeString(folder.resolve("file"), "x");
    run("chown", "33:44", file + "");
    Trees.attribute(file, "system.posix_acl_access", ACL);
    run("setcap", "cap_net_raw+ep", file + "");
    run(
        "tar",
        "-c",
        "--format=pax",
        "--xattrs",
        "--xattrs-include=*",
        "-f",
        archive + "",
        "-C",
        folder + "",
        "file");
    var ids = Ids.shifted(100000, 65536);
    unpack("/", false, ids, Optional.empty());
    var copy = root.resolve("file");
    assertThat(run("stat", "-c", "%u:%g", copy + "")).isEqualTo("100033:100044\n");
    assertThat(user(Trees.attributes(copy))).isEqualTo(100055);
    assertThat(run("getcap", "-n", copy + "")).contains("[rootid=100000]");
    pack(root, "file", ids);
    run(
        "tar",
        "-x",
        "--xattrs",
        "--xattrs-include=*",
        "--numeric-owner",
        "-f",
        archive + "",
        "--one-top-level=" + folder + "/out");
    assertThat(Trees.seen(folder.resolve("out"))).anyMatch(line -> line.contains("33:44"));
    assertThat(user(Trees.attributes(folder.resolve("out/file")))).isEqualTo(55);
    assertThat(run("getcap", "-n", folder + "/out/file")).endsWith("cap_net_raw=ep\n");
  }

  private static int user(Map<String, byte[]> attributes) {
    var list = ByteBuffer.wrap(attributes.get("system.posix_acl_access"));
    return list.order(ByteOrder.LITTLE_ENDIAN).getInt(16);
  }

  @Test
  void whatIsOnlyLentToTheContainerIsNeitherChangedNorRead() throws IOException {
    run("chown", "100000:100000", root + "");
    var lent = Files.createDirectory(root.resolve("lent"));
    Files.writeString(lent.resolve("secret"), "host's");
    run("chmod", "600", lent + "/secret");
    Files.writeString(folder.resolve("file"), "x");
    tar("file");
    var ids = Ids.shifted(100000, 65536);
    assertProblem(
        () -> unpack("/lent", false, ids, Optional.empty()), ProblemCode.DENIED, "the folder");
    assertProblem(() -> pack(root, "lent", ids), ProblemCode.DENIED, "lent/secret");
  }

  @Test
  void aMountBelowIsEnteredWhereItIsTheContainersOwn() throws IOException {
    run("chown", "100000:100000", root + "");
    var below = Files.createDirectories(root.resolve("below"));
    Files.createDirectories(folder.resolve("tree/below/new"));
    Files.writeString(folder.resolve("tree/below/new/file"), "x");
    Files.createSymbolicLink(folder.resolve("tree/below/link"), Path.of("nowhere"));
    run("mkfifo", "-m", "640", folder + "/tree/below/pipe");
    tar("-C", "tree", "below");
    var ids = Ids.shifted(100000, 65536);
    run("mount", "-t", "tmpfs", "-o", "uid=100000,gid=100000", "tmpfs", below + "");
    try {
      unpack("/", true, ids, Optional.empty());
      assertThat(below.resolve("new/file")).hasContent("x");
      assertThat(run("stat", "-c", "%u %a", below + "/pipe")).isEqualTo("100000 640\n");
      assertThat(run("stat", "-c", "%u %N", below + "/link"))
          .startsWith("100000 ")
          .endsWith("'nowhere'\n");
      run("chown", "0:0", below + "");
      assertProblem(
          () -> unpack("/", true, ids, Optional.empty()), ProblemCode.DENIED, "belongs to a user");
    } finally {
      run("umount", below + "");
    }
  }

  @Test
  void whatIsMountedInAFolderIsNotRemovedWithIt() throws IOException {
    var lent = Files.createDirectory(folder.resolve("lent"));
    Files.writeString(lent.resolve("file"), "host's");
    var mounted = Files.createDirectories(root.resolve("half/mounted"));
    run("mount", "--bind", lent + "", mounted + "");
    try (var parent = Folder.of(Directory.open(root));
        var half = Folder.of(Directory.open(root.resolve("half")))) {
      assertThatThrownBy(() -> parent.removeTree("half", _ -> true)).hasMessageContaining("ESTALE");
      assertThatThrownBy(() -> half.removeTree("mounted", _ -> true))
          .hasMessageContaining("ESTALE");
      assertThatThrownBy(() -> half.lookHere("mounted")).hasMessageContaining("ESTALE");
    } finally {
      run("umount", mounted + "");
    }
    assertThat(lent.resolve("file")).hasContent("host's");
    try (var parent = Folder.of(Directory.open(root))) {
      assertThatThrownBy(() -> parent.removeTree("half", _ -> false))
          .hasMessageContaining("can't remove");
      parent.removeTree("half", _ -> true);
      parent.removeTree("half", _ -> true);
    }
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void anOwnerCanBeGiven() throws IOException {
    Files.writeString(folder.resolve("file"), "x");
    tar("file");
    unpack("/", false, Ids.same(), Optional.of(FileOwner.parse("7:8")));
    assertThat(run("stat", "-c", "%u:%g", root + "/file")).isEqualTo("7:8\n");
  }

  @Test
  void whatWasToRunAsAnUnknownUserDoesNotRunAsAnother() throws IOException {
    run("chown", "100000:100000", root + "");
    for (var one : List.of("known", "unknown")) {
      var file = Files.writeString(folder.resolve(one), "x");
      run("chown", one.equals("known") ? "7:8" : "70000:8", file + "");
      run("chmod", "6755", file + "");
    }
    tar("known", "unknown");
    unpack("/", true, Ids.shifted(100000, 65536), Optional.empty());
    assertThat(run("stat", "-c", "%u %a", root + "/known", root + "/unknown"))
        .isEqualTo("100007 6755\n165534 755\n");
  }

  @Test
  void anAttributeHasANameOfBytes() throws IOException {
    var file = Files.writeString(root.resolve("file"), "x");
    Files.setAttribute(file, "user:\u00fc", "value".getBytes(StandardCharsets.UTF_8));
    pack(root, "file");
    unpack("/copy", false);
    assertThat((byte[]) Files.getAttribute(root.resolve("copy"), "user:\u00fc"))
        .asString()
        .isEqualTo("value");
  }

  @Test
  void folderSwapsWhileItIsUnpackedLeadNowhere() throws Exception {
    var outside = Files.createDirectory(folder.resolve("outside"));
    var source = Files.createDirectories(folder.resolve("tree/sub"));
    for (var i = 0; i < 1000; i++) {
      Files.writeString(source.resolve("f" + i), "x");
    }
    tar("tree");
    Files.createDirectories(root.resolve("tree/sub"));
    var swapping = new Thread(() -> swap(root.resolve("tree/sub"), outside));
    swapping.start();
    for (var i = 0; i < 5; i++) {
      try {
        unpack("/", false);
      } catch (BerthException | IOException _) {
        // told; that is fine
      }
    }
    swapping.interrupt();
    swapping.join();
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void folderSwapsWhileItIsPackedShowNothingOfTheHosts() throws Exception {
    var outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("f1"), "SECRET");
    var sub = Files.createDirectories(root.resolve("tree/sub"));
    for (var i = 0; i < 300; i++) {
      Files.writeString(sub.resolve("f" + i), "x");
    }
    var swapping = new Thread(() -> swap(sub, outside));
    swapping.start();
    for (var i = 0; i < 30; i++) {
      try {
        pack(root, "tree");
      } catch (IOException _) {
        // a moment in which nothing had the name
      }
      assertThat(Files.readString(archive, ISO_8859_1)).doesNotContain("SECRET");
    }
    swapping.interrupt();
    swapping.join();
  }

  /** What a container may do to its own tree at any moment. */
  private static void swap(Path sub, Path outside) {
    var aside = sub.resolveSibling("aside");
    try {
      while (!Thread.currentThread().isInterrupted()) {
        if (Files.isDirectory(sub, LinkOption.NOFOLLOW_LINKS)) {
          Files.move(sub, aside);
        }
        Files.createSymbolicLink(sub, outside);
        Files.delete(sub);
        Files.move(aside, sub);
      }
    } catch (IOException _) {
      // the other side was quicker
      if (!Thread.currentThread().isInterrupted()) {
        run("rm", "-f", sub + "");
        run(
            "sh",
            "-c",
            "test -d \"$1\" && mv -T \"$1\" \"$2\" || true",
            "sh",
            aside + "",
            sub + "");
        swap(sub, outside);
      }
    }
  }

  private void tar(String... args) {
    run(
        Stream.concat(
                Stream.of("tar", "-c", "-f", archive + "", "-C", folder + ""), Stream.of(args))
            .toArray(String[]::new));
  }

  private void pack(Path tree, String name) throws IOException {
    pack(tree, name, Ids.same());
  }

  private void pack(Path tree, String name, Ids ids) throws IOException {
    try (OutputStream out = Files.newOutputStream(archive);
        var parent = Folder.of(Directory.open(tree))) {
      var tar = new TarWriter(out);
      new Packer(tar, ids, new FakeJob(), warnings).pack(parent, name);
      tar.finish();
    }
  }

  private void unpack(String path, boolean contents) throws IOException {
    unpack(path, contents, Ids.same(), Optional.empty());
  }

  private void unpack(String path, boolean contents, Ids ids, Optional<FileOwner> owner)
      throws IOException {
    var command =
        new CopyIn(
            new ContainerName("web"),
            new InnerPath(path),
            contents,
            owner,
            URI.create("/x"),
            new Sha256(NO_HASH),
            new ByteSize(0));
    try (var in = new BufferedInputStream(new ByteArrayInputStream(Files.readAllBytes(archive)));
        var container = new ContainerRoot(Folder.of(Directory.open(root)), ids);
        var landing = Landing.of(container, command, false);
        var unpacker =
            new Unpacker(new TarReader(in), landing, ids, owner, new FakeJob(), warnings)) {
      ThreadIdentity.making(
          ids.hostUser(0).orElseThrow(),
          ids.hostGroup(0).orElseThrow(),
          () -> {
            unpacker.unpack();
            return null;
          });
    }
  }

  private String leftovers() {
    return run("find", root + "", "-name", ".berth*");
  }

  private static void assertProblem(ThrowingCallable call, ProblemCode code, String part) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            BerthException.class,
            e -> {
              assertThat(e.problem().code()).isEqualTo(code);
              assertThat(e.problem().message()).contains(part);
            });
  }
}

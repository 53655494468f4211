package berth.controller.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What came out of a container, on its way to where a person wants it. */
class DeliveryTest {
  @TempDir private Path folder;

  @Test
  void itGoesIntoAFolderThatIsThereAndBesidesBecomesThePath() throws Exception {
    deliver(folder + "", false, tree -> file(tree.resolve("log/syslog"), "1"));
    assertThat(folder.resolve("log/syslog")).hasContent("1");
    deliver(folder + "/logs", false, tree -> file(tree.resolve("log/syslog"), "2"));
    assertThat(folder.resolve("logs/syslog")).hasContent("2");
    deliver(folder + "/log", true, tree -> file(tree.resolve("kern"), "3"));
    assertThat(folder.resolve("log/kern")).hasContent("3");
    deliver(folder + "/new", true, tree -> file(tree.resolve("kern"), "4"));
    assertThat(folder.resolve("new/kern")).hasContent("4");
    deliver(folder + "/new/kern", false, tree -> file(tree.resolve("x"), "5"));
    assertThat(folder.resolve("new/kern")).hasContent("5");
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("new"));
    deliver(folder + "/link", true, tree -> file(tree.resolve("boot"), "6"));
    assertThat(folder.resolve("new/boot")).hasContent("6");
    assertNothingOfOurs();
  }

  @Test
  void whatDoesNotFitIsRefusedAndNothingIsChanged() throws Exception {
    file(folder.resolve("file"), "old");
    file(folder.resolve("dir/x/y"), "old");
    assertProblem(
        () -> Delivery.to(new CopyOperand.Local(folder + "/file"), true), ProblemCode.CONFLICT);
    assertProblem(
        () -> Delivery.to(new CopyOperand.Local(folder + "/none/"), false), ProblemCode.NOT_FOUND);
    assertProblem(
        () -> Delivery.to(new CopyOperand.Local(folder + "/no/ne"), false), ProblemCode.NOT_FOUND);
    assertProblem(
        () -> deliver(folder + "/file", false, tree -> file(tree.resolve("a/b"), "new")),
        ProblemCode.CONFLICT);
    assertProblem(
        () -> deliver(folder + "/dir", false, tree -> file(tree.resolve("x"), "new")),
        ProblemCode.CONFLICT);
    assertThat(folder.resolve("file")).hasContent("old");
    assertThat(folder.resolve("dir/x/y")).hasContent("old");
    assertNothingOfOurs();
  }

  @Test
  void aLinkThatAnEarlierCopyBroughtIsNotFollowed() throws Exception {
    var home = Files.createDirectory(folder.resolve("home"));
    deliver(folder + "/logs", false, tree -> Files.createSymbolicLink(tree.resolve("a"), home));
    Files.createDirectory(folder.resolve("all"));
    Files.move(folder.resolve("logs"), folder.resolve("all/way"));
    assertProblem(
        () -> deliver(folder + "/all", false, tree -> file(tree.resolve("way/keys"), "evil")),
        ProblemCode.CONFLICT);
    assertThat(home).isEmptyDirectory();
  }

  @Test
  void rightsOfOthersAreTakenAwayUnlessTheyAreWanted() throws Exception {
    Delivery.Unpacking program =
        tree -> {
          file(tree.resolve("su"), "x");
          Files.setAttribute(tree.resolve("su"), "unix:mode", 06755);
        };
    deliver(folder + "/plain", false, program);
    assertThat(mode(folder.resolve("plain"))).isEqualTo(0755);
    Delivery.to(new CopyOperand.Local(folder + "/kept"), false).receive(program, true);
    assertThat(mode(folder.resolve("kept"))).isEqualTo(06755);
  }

  @Test
  void rightsAreAlsoTakenAwayInFoldersThatKeepTheirOwnerOut() throws Exception {
    Delivery.Unpacking hidden =
        tree -> {
          file(tree.resolve("a/b/su"), "x");
          Files.setAttribute(tree.resolve("a/b/su"), "unix:mode", 04755);
          Files.setAttribute(tree.resolve("a/b"), "unix:mode", 02055);
          Files.setAttribute(tree.resolve("a"), "unix:mode", 0055);
          Files.setAttribute(tree, "unix:mode", 06055);
        };
    deliver(folder + "/plain", true, hidden);
    assertThat(mode(folder.resolve("plain"))).isEqualTo(0055);
    assertThat(mode(folder.resolve("plain/a"))).isEqualTo(0055);
    assertThat(mode(folder.resolve("plain/a/b"))).isEqualTo(0055);
    assertThat(mode(folder.resolve("plain/a/b/su"))).isEqualTo(0755);
    Delivery.to(new CopyOperand.Local(folder + "/kept"), true).receive(hidden, true);
    assertThat(mode(folder.resolve("kept"))).isEqualTo(06055);
    assertThat(mode(folder.resolve("kept/a/b"))).isEqualTo(02055);
    assertThat(mode(folder.resolve("kept/a/b/su"))).isEqualTo(04755);
    assertNothingOfOurs();
  }

  @Test
  void foldersThatMayOnlyBeReadArriveAsTheyWereAndGoIntoWhatIsThere() throws Exception {
    Delivery.Unpacking readOnly =
        tree -> {
          file(tree.resolve("a/new/x"), "new");
          file(tree.resolve("a/old/x"), "new");
          for (var one : new String[] {"a/new", "a/old", "a"}) {
            Files.setAttribute(tree.resolve(one), "unix:mode", 0555);
          }
        };
    file(folder.resolve("a/old/y"), "old");
    deliver(folder + "", false, readOnly);
    assertThat(folder.resolve("a/new/x")).hasContent("new");
    assertThat(folder.resolve("a/old/x")).hasContent("new");
    assertThat(folder.resolve("a/old/y")).hasContent("old");
    assertThat(mode(folder.resolve("a/new"))).isEqualTo(0555);
    assertThat(mode(folder.resolve("a/old"))).isEqualTo(0755);
    deliver(folder + "/b", false, readOnly);
    assertThat(mode(folder.resolve("b"))).isEqualTo(0555);
    assertNothingOfOurs();
  }

  @Test
  void aConflictIsFoundBeforeAnythingIsPut() throws Exception {
    file(folder.resolve("dir/z/y"), "old");
    Delivery.Unpacking late =
        tree -> {
          for (var name : new String[] {"a", "m", "zz"}) {
            file(tree.resolve("dir/" + name), "new");
          }
          file(tree.resolve("dir/z"), "new");
        };
    assertProblem(() -> deliver(folder + "", false, late), ProblemCode.CONFLICT);
    try (var left = Files.list(folder.resolve("dir"))) {
      assertThat(left).containsExactly(folder.resolve("dir/z"));
    }
    assertThat(folder.resolve("dir/z/y")).hasContent("old");
    assertNothingOfOurs();
  }

  @Test
  void nobodyElseLooksInWhileItIsUnpackedAndNothingIsLeftWhereThatFails() throws Exception {
    assertThatThrownBy(() ->
            deliver(
                folder + "",
                false,
                tree -> {
                  var stage = tree.getParent();
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(stage)))
                      .isEqualTo("rwx------");
                  file(tree.resolve("half"), "x");
                  throw new IOException("broken");
                }))
        .hasMessage("broken");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void operandsAreToldApart() {
    assertThat(CopyOperand.parse("-")).isInstanceOf(CopyOperand.Standard.class);
    assertThat(CopyOperand.parse("lab1/web:/etc")).hasToString("lab1/web:/etc");
    assertThat(CopyOperand.parse("lab1/web:etc")).hasToString("lab1/web:/etc");
    assertThat(CopyOperand.parse("./a:b")).isEqualTo(new CopyOperand.Local("./a:b"));
    assertThat(CopyOperand.parse("plain")).isEqualTo(new CopyOperand.Local("plain"));
    assertThatThrownBy(() -> CopyOperand.parse("a:b")).hasMessageContaining("HOST/CONTAINER");
  }

  private static void deliver(String target, boolean contents, Delivery.Unpacking unpacking)
      throws Exception {
    Delivery.to(new CopyOperand.Local(target), contents).receive(unpacking, false);
  }

  private static void file(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static int mode(Path file) throws IOException {
    return (int) Files.getAttribute(file, "unix:mode") & 07777;
  }

  private void assertNothingOfOurs() throws IOException {
    assertThat(folder).isDirectoryNotContaining("glob:**/.berth-cp-*");
  }

  private static void assertProblem(ThrowingCallable call, ProblemCode code) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            BerthException.class, e -> assertThat(e.problem().code()).isEqualTo(code));
  }
}

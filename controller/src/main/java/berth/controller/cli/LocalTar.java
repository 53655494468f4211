package berth.controller.cli;

import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * GNU tar of this machine, which packs and unpacks the files here. It keeps every member beneath
 * the folder that it is told (tar's manual, "Security rules of thumb").
 */
final class LocalTar {
  private static final int SOME_DIFFER = 1;
  private static final int MOST_SAID = 64 << 10;
  private static final int LINES = 20;

  private final Terminal terminal;

  LocalTar(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Packs what has a name in a folder; a dot for all that is in it. */
  void pack(Path folder, String name, OutputStream out) throws IOException, InterruptedException {
    var argv = new ArrayList<>(List.of("tar", "--create", "--file=-", "--format=pax"));
    argv.addAll(List.of("--pax-option=delete=atime,delete=ctime", "--sparse", "--numeric-owner"));
    argv.addAll(List.of("--xattrs", "--xattrs-include=*", "--xattrs-exclude=security.selinux"));
    argv.addAll(List.of("--directory=" + folder, name.equals(".") ? "." : "./" + name));
    var process = start(argv);
    var said = said(process);
    process.getOutputStream().close();
    try (var in = process.getInputStream()) {
      in.transferTo(out);
    } catch (IOException | RuntimeException e) {
      kill(process);
      throw e;
    }
    end("pack", process, said.join());
  }

  /**
   * Unpacks into an empty folder what is written to it.
   *
   * @param asRoot whether owners are kept
   * @param all whether what gives rights is kept, too
   */
  void unpack(Path folder, boolean asRoot, boolean all, Source source)
      throws IOException, InterruptedException {
    var argv = new ArrayList<>(List.of("tar", "--extract", "--file=-", "--numeric-owner"));
    argv.addAll(List.of("--preserve-permissions", "--delay-directory-restore", "--xattrs"));
    argv.addAll(List.of("--xattrs-include=user.*", "--xattrs-include=system.posix_acl_*"));
    argv.add(asRoot ? "--same-owner" : "--no-same-owner");
    if (asRoot && all) {
      argv.add("--xattrs-include=security.capability");
    }
    argv.add("--directory=" + folder);
    var process = start(argv);
    var said = said(process);
    Optional<IOException> broken = Optional.empty();
    try (var _ = Interrupt.then(process::destroyForcibly);
        var out = process.getOutputStream()) {
      source.to(out);
    } catch (IOException e) {
      broken = Optional.of(e); // where tar ended, it tells why
    } catch (RuntimeException e) {
      kill(process);
      throw e;
    }
    end("unpack", process, said.join());
    if (broken.isPresent()) {
      throw broken.get();
    }
  }

  /** What writes an archive. */
  @FunctionalInterface
  interface Source {
    void to(OutputStream out) throws IOException;
  }

  private static Process start(List<String> argv) {
    try {
      var builder = new ProcessBuilder(argv);
      builder.environment().put("LC_ALL", "C");
      builder.environment().remove("TAR_OPTIONS");
      return builder.start();
    } catch (IOException e) {
      throw new BerthException(
          new Problem(
              ProblemCode.UNSUPPORTED,
              "this machine has no tar, which is needed to copy files",
              "install GNU tar, or copy from and to - (an archive on standard input or output)"),
          e);
    }
  }

  /** Read aside, so that a tar that says much does not wait for us. */
  private static CompletableFuture<List<String>> said(Process process) {
    return CompletableFuture.supplyAsync(() -> {
      try (InputStream err = process.getErrorStream()) {
        var text = new String(err.readNBytes(MOST_SAID), StandardCharsets.UTF_8);
        err.transferTo(OutputStream.nullOutputStream());
        return text.lines().toList();
      } catch (IOException e) {
        return List.of(e.toString());
      }
    });
  }

  /** From here on it writes nothing more. */
  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  private void end(String verb, Process process, List<String> said) throws InterruptedException {
    var status = process.waitFor();
    if (status == SOME_DIFFER || status == 0) {
      said.forEach(line -> terminal.err().println("warning: " + Problems.printable(line)));
      return;
    }
    var last = said.isEmpty() ? "exit code " + status : said.getFirst();
    var full = said.stream().anyMatch(line -> line.contains("No space left"));
    throw new BerthException(
        new Problem(
                full ? ProblemCode.NO_SPACE : ProblemCode.FAILED,
                "could not " + verb + " the files here: " + last.replaceFirst("^tar: ", ""))
            .withLog(said.stream().limit(LINES).toList()));
  }
}

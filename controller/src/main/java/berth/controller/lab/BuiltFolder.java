package berth.controller.lab;

import berth.controller.lab.machine.Processes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A folder of programs as the build leaves it. The lab runs copies: the next build replaces files
 * in place, which a JVM that runs from them does not survive.
 */
record BuiltFolder(Path source) {
  /** A hash over what each file is called, how large it is and when it was written. */
  String version() {
    try (var files = Files.walk(source)) {
      var digest = MessageDigest.getInstance("SHA-256");
      for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
        var line =
            "%s %d %s\n"
                .formatted(
                    source.relativize(file), Files.size(file), Files.getLastModifiedTime(file));
        digest.update(line.getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 6);
    } catch (IOException e) {
      throw new UncheckedIOException("can't read " + source, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Copies this version into a folder unless it is there, whole or not at all. */
  Path copyInto(Path versions) {
    var target = versions.resolve(version());
    if (Files.exists(target)) {
      return target;
    }
    var unfinished = versions.resolve(".tmp-" + target.getFileName());
    try {
      Files.createDirectories(versions);
      Processes.run("rm", "-rf", "--one-file-system", unfinished.toString());
      Processes.run("cp", "--archive", source.toString(), unfinished.toString());
      Files.move(unfinished, target);
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException("can't install " + target, e);
    }
  }
}

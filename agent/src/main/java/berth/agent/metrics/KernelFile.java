package berth.agent.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/**
 * A file of the kernel's. What can't be read is empty rather than an error: the kernel may lack the
 * controller, and the container may be gone by now.
 */
record KernelFile(Path path) {
  /** Its lines; none where it can't be read. */
  List<String> lines() {
    try {
      return Files.readAllLines(path);
    } catch (IOException e) {
      return List.of();
    }
  }

  /** The number in a file that has nothing else; {@code max} is no number. */
  OptionalDouble number() {
    return lines().stream().limit(1).flatMapToDouble(KernelFile::parsed).findFirst();
  }

  /** The number behind a name, one of them a line, as in {@code cpu.stat}. */
  OptionalDouble number(String name) {
    return lines().stream()
        .filter(line -> line.startsWith(name + " "))
        .flatMapToDouble(line -> parsed(line.substring(name.length() + 1)))
        .findFirst();
  }

  /** The sum of a name's values in all lines, as in {@code io.stat}: {@code 8:0 rbytes=1}. */
  OptionalDouble sum(String name) {
    var values =
        lines().stream()
            .flatMap(line -> Arrays.stream(line.split(" ", -1)))
            .filter(word -> word.startsWith(name + "="))
            .flatMapToDouble(word -> parsed(word.substring(name.length() + 1)))
            .toArray();
    return values.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(DoubleStream.of(values).sum());
  }

  private static DoubleStream parsed(String text) {
    try {
      return DoubleStream.of((double) Long.parseLong(text.strip()));
    } catch (NumberFormatException e) {
      return DoubleStream.empty();
    }
  }
}

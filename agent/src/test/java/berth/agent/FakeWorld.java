package berth.agent;

import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.PoolName;
import berth.protocol.state.ContainerState;
import berth.protocol.state.ContainerState.Limits;
import berth.protocol.state.ContainerState.Status;
import berth.protocol.state.PoolFullness;
import berth.protocol.state.PoolState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** A host that is a folder: a file for each container, and a line for each run of a command. */
record FakeWorld(Path folder) {
  void ran(String line) {
    write(folder.resolve("runs"), line + "\n");
  }

  /** What ran, oldest first. */
  List<String> runs() {
    try {
      var file = folder.resolve("runs");
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** From now on nobody can work on it. */
  void breakDown() {
    write(folder.resolve("broken"), "");
  }

  boolean isBroken() {
    return Files.exists(folder.resolve("broken"));
  }

  ContainerState create(ContainerName name) {
    write(folder.resolve("container." + name), "");
    return container(name);
  }

  void remove(ContainerName name) {
    try {
      Files.deleteIfExists(folder.resolve("container." + name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<ContainerState> containers() {
    try (var files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.startsWith("container."))
          .map(file -> new ContainerName(file.substring("container.".length())))
          .sorted()
          .map(FakeWorld::container)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<PoolState> pools() {
    return List.of(
        new PoolState(
            new PoolName("default"),
            PoolState.Layout.DIRECTORY,
            "/var/lib/machines",
            ByteSize.parse("10G"),
            ByteSize.parse("1G"),
            Optional.of(PoolState.Health.OK),
            new PoolFullness(Optional.of(0.1), Optional.of(0.2), Optional.of(0.3)),
            Optional.empty()));
  }

  /** Lets go of what waits for it. */
  void release(String gate) {
    write(folder.resolve("gate." + gate), "");
  }

  boolean released(String gate) {
    return Files.exists(folder.resolve("gate." + gate));
  }

  private static ContainerState container(ContainerName name) {
    return new ContainerState(
        name,
        Status.STOPPED,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.of(new PoolName("default")),
        "/var/lib/machines/" + name,
        Limits.NONE,
        Optional.empty(),
        "systemd-nspawn@" + name + ".service",
        Optional.empty(),
        true,
        Optional.empty());
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package berth.controller.lab.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/**
 * The settings of the whole machine that labs need otherwise than found. The first lab notes what
 * it found, the last one to go puts it back; the notes are in a folder that a reboot empties, as it
 * does the settings.
 */
public final class KernelSettings {
  private static final Path NOTES = Path.of("/run/berth-lab");

  /** Forwarding lets hosts out; each systemd watches some files, and hosts share one root user. */
  private static final Map<String, LongUnaryOperator> WANTED =
      Map.of(
          "net/ipv4/ip_forward", _ -> 1,
          "fs/inotify/max_user_instances", found -> Math.max(found, 4096));

  private static final int LONGEST_NUMBER = 32;

  private final Path system;
  private final Path notes;
  private final String lab;

  /** The settings of this machine as one lab needs them. */
  public KernelSettings(String lab) {
    this(Path.of("/proc/sys"), NOTES, lab);
  }

  KernelSettings(Path system, Path notes, String lab) {
    this.system = system;
    this.notes = notes;
    this.lab = lab;
  }

  /** Sets what the lab needs. */
  public void up() {
    locked(() -> {
      Files.createDirectories(notes.resolve("labs"));
      Files.writeString(notes.resolve("labs").resolve(lab), "");
      for (var wanted : WANTED.entrySet()) {
        var found = read(system.resolve(wanted.getKey()));
        var note = note(wanted.getKey());
        if (!Files.exists(note)) {
          Files.writeString(note, Long.toString(found));
        }
        var value = wanted.getValue().applyAsLong(found);
        if (value != found) {
          Files.writeString(system.resolve(wanted.getKey()), Long.toString(value));
        }
      }
    });
  }

  /** Puts back what was found, unless another lab still needs it. */
  public void down() {
    if (!Files.isDirectory(notes)) {
      return;
    }
    locked(() -> {
      Files.deleteIfExists(notes.resolve("labs").resolve(lab));
      if (othersUp()) {
        return;
      }
      for (var name : WANTED.keySet()) {
        if (Files.exists(note(name))) {
          Files.writeString(system.resolve(name), Files.readString(note(name)));
          Files.delete(note(name));
        }
      }
    });
  }

  private boolean othersUp() throws IOException {
    try (var labs = Files.list(notes.resolve("labs"))) {
      return labs.findAny().isPresent();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private Path note(String name) {
    return notes.resolve(name.replace('/', '.'));
  }

  /**
   * The number in a file of the kernel's, by one read: the kernel gives nothing more to a second
   * one, and {@link Files#readString} takes the first for a single byte.
   */
  static long read(Path file) throws IOException {
    try (var content = Files.newInputStream(file)) {
      var number = new byte[LONGEST_NUMBER];
      var length = Math.max(0, content.read(number));
      return Long.parseLong(new String(number, 0, length, StandardCharsets.US_ASCII).strip());
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private void locked(Step step) {
    try {
      Files.createDirectories(notes);
      try (var channel =
              FileChannel.open(
                  notes.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var lock = channel.lock()) {
        if (lock.isValid()) {
          step.run();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't set what the lab needs of the kernel", e);
    }
  }
}

package berth.controller.lab;

import berth.controller.lab.image.Release;
import berth.controller.lab.machine.Subnet;
import berth.protocol.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.Optional;

/**
 * What was decided when a lab came up and must stay so: needed to go on with it, not to end it.
 *
 * @param hosts how many hosts there are
 * @param release what they run
 * @param fleet whether they have agents and a controller
 * @param subnet their addresses
 * @param port where the controller's API listens on the loopback address
 */
record LabRecord(int hosts, Release release, boolean fleet, Subnet subnet, int port) {
  LabRecord {
    Objects.requireNonNull(release, "release");
    Objects.requireNonNull(subnet, "subnet");
  }

  /** The record of a lab, if it is up or was when something went wrong. */
  static Optional<LabRecord> read(LabFolder folder) {
    try {
      return Files.exists(folder.record())
          ? Optional.of(Wire.read(Files.readAllBytes(folder.record()), LabRecord.class))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("can't read " + folder.record(), e);
    }
  }

  /** Replaces the record as a whole. */
  LabRecord write(LabFolder folder) {
    try {
      Files.createDirectories(folder.run());
      var unfinished = folder.run().resolve(".tmp-lab.json");
      Files.write(unfinished, Wire.write(this));
      Files.move(unfinished, folder.record(), StandardCopyOption.ATOMIC_MOVE);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException("can't write " + folder.record(), e);
    }
  }

  /** The same lab, grown to what is wanted now. */
  LabRecord grownTo(LabPlan plan) {
    return new LabRecord(
        Math.max(hosts, plan.hosts()), release, fleet || plan.fleet(), subnet, port);
  }
}

/**
 * What the lab needs of the machine it stands on: programs, mounts, control groups, a btrfs pool on
 * a loop device and a network of its own. Everything made here is found again by its name, so that
 * it can be taken away after a crash without any record of it.
 */
package berth.controller.lab.machine;

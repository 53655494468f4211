/**
 * {@code berth lab}: a whole fleet on one machine, of real systemd hosts in nspawn, each with a
 * network, control groups and btrfs storage of its own, an agent on each and a controller for them.
 * A newcomer sees Berth work in it, and the tests of the whole story run on it.
 */
package berth.controller.lab;

/** Volumes and images as btrfs subvolumes: copied at once, whatever their size. */
package berth.agent.storage.btrfs;

/**
 * Volumes and images as thin-provisioned logical volumes with XFS (lvmthin(7), xfs(5)): copied at
 * once, each of a size of its own.
 */
package berth.agent.storage.lvm;

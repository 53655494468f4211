package berth.agent.storage;

import berth.protocol.state.PoolState;

/**
 * What a layout can do. Anything else is refused by name, never imitated badly.
 *
 * @param snapshots whether a volume's state can be kept at once, however large it is
 * @param sizeLimits whether a volume can be kept from growing past a size, on btrfs where quotas
 *     are on
 */
public record Features(PoolState.Layout layout, boolean snapshots, boolean sizeLimits) {}

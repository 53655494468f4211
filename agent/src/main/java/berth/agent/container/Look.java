package berth.agent.container;

import berth.protocol.state.ContainerState;

/**
 * What was seen of a container.
 *
 * @param restarts how often systemd has started it again by itself since it was last started
 */
record Look(ContainerState state, int restarts) {}

package berth.agent.report;

import berth.protocol.state.ContainerState;
import berth.protocol.state.ImageState;
import berth.protocol.state.PoolState;
import java.util.List;
import java.util.function.Supplier;

/**
 * Where the picture of the host comes from. Each is called on a worker thread, may block, and
 * includes whatever a {@link Reporter} was told before the call.
 */
public record InventorySources(
    Supplier<List<ContainerState>> containers,
    Supplier<List<ImageState>> images,
    Supplier<List<PoolState>> pools) {}

package berth.agent.storage;

import berth.protocol.ImageName;
import java.nio.file.Path;

/** An image in a pool: complete, read-only, and what is known of it. */
public record StoredImage(ImageName name, Path tree, ImageRecord record) {}

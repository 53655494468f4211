package berth.controller.model;

import berth.protocol.HostId;
import berth.protocol.state.ImageState;
import java.util.Objects;

/** An image and the host it is on. */
public record ImageView(HostId host, ImageState image) {
  public ImageView {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(image, "image");
  }
}

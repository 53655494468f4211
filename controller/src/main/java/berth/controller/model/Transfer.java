package berth.controller.model;

import berth.protocol.ByteSize;
import java.util.Objects;

/**
 * A stream that the controller holds between its sender and its receiver.
 *
 * @param transfer its id, which nobody can guess: who knows it may send and receive
 * @param size how many bytes are there by now
 */
public record Transfer(TransferId transfer, ByteSize size) {
  public Transfer {
    Objects.requireNonNull(transfer, "transfer");
    Objects.requireNonNull(size, "size");
  }
}

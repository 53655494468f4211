package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.Request;
import berth.controller.model.Transfer;
import berth.controller.model.TransferId;
import berth.controller.transfer.TransferStore;
import berth.controller.transfer.TransferWriter;
import io.vertx.core.Future;
import java.util.Map;

/** Streams on their way between people and hosts: in by pieces, out by ranges. */
final class TransferRoutes {
  private final TransferStore store;

  TransferRoutes(TransferStore store) {
    this.store = store;
  }

  Future<Answer> begin(Request request) {
    return store.begin().map(transfer -> Answer.json(201, location(transfer), transfer));
  }

  /** A piece is acknowledged only when it is durable; one that is cut off is to be sent again. */
  Future<Answer> append(Request request) {
    var id = request.path("transfer", TransferId::of);
    var offset = request.number("offset", 0, Long.MAX_VALUE).orElse(0L);
    return store.append(id, offset).compose(writer -> receive(request, writer)).map(Answer::json);
  }

  private static Future<Transfer> receive(Request request, TransferWriter writer) {
    return request
        .bytes()
        .eachPiece(writer::write)
        .recover(failure -> writer.abandon().transform(_ -> Future.failedFuture(failure)))
        .compose(_ -> writer.finish());
  }

  /** The bytes, or one range of them. It may still grow: there is no tag that would hold. */
  Future<Answer> send(Request request) {
    var id = request.path("transfer", TransferId::of);
    return store
        .find(id)
        .map(stored ->
            UploadRoutes.ranged(
                request.header("Range"),
                stored.transfer().size().bytes(),
                stored.file(),
                Map.of("Accept-Ranges", "bytes")));
  }

  Future<Answer> end(Request request) {
    return store
        .end(request.path("transfer", TransferId::of))
        .map(_ -> Answer.empty(204, Map.of()));
  }

  private static Map<String, String> location(Transfer transfer) {
    return Map.of("Location", path(transfer.transfer()));
  }

  static String path(TransferId id) {
    return "/api/v1/transfers/" + id.hex();
  }
}

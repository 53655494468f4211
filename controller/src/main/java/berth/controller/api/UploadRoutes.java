package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.ByteRange;
import berth.controller.api.http.ByteRange.Asked;
import berth.controller.api.http.ProblemDetails;
import berth.controller.api.http.Request;
import berth.controller.image.StoredUpload;
import berth.controller.image.UploadStore;
import berth.controller.image.UploadWriter;
import berth.controller.model.Upload;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Sha256;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Files on their way from people to hosts: in one go, out in as many parts as it takes. */
final class UploadRoutes {
  private final UploadStore store;

  UploadRoutes(UploadStore store) {
    this.store = store;
  }

  /** What was stored is answered only when it is durable; anything less leaves nothing behind. */
  Future<Answer> receive(Request request) {
    return store
        .begin(request.bytes().announced())
        .compose(writer -> receive(request, writer))
        .map(UploadRoutes::created);
  }

  private static Future<Upload> receive(Request request, UploadWriter writer) {
    return request
        .bytes()
        .eachPiece(writer::write)
        .recover(failure -> writer.discard().transform(_ -> Future.failedFuture(failure)))
        .compose(_ -> writer.finish());
  }

  private static Answer created(Upload upload) {
    return Answer.json(201, Map.of("Location", "/api/v1/uploads/" + upload.sha256()), upload);
  }

  /**
   * The bytes, or one range of them (RFC 9110, section 14). The content never changes, so its hash
   * is a strong validator and {@code If-Range} needs no date.
   */
  Future<Answer> send(Request request) {
    var sha256 = request.path("sha256", Sha256::of);
    return store.find(sha256).map(stored -> answer(request, stored));
  }

  private static Answer answer(Request request, StoredUpload stored) {
    var size = stored.upload().size().bytes();
    var tag = "\"" + stored.upload().sha256() + "\"";
    var headers = Map.of("ETag", tag, "Accept-Ranges", "bytes");
    if (request.header("If-None-Match").filter(known -> known.contains(tag)).isPresent()) {
      return Answer.empty(304, headers);
    }
    var current = request.header("If-Range").map(tag::equals).orElse(true);
    var range = current ? request.header("Range") : Optional.<String>empty();
    return ranged(range, size, stored.file(), headers);
  }

  /** A file, or the range of it that is asked for. */
  static Answer ranged(Optional<String> range, long size, Path file, Map<String, String> known) {
    return switch (ByteRange.of(range, size)) {
      case Asked.Whole _ -> Answer.file(200, known, file, new ByteRange(0, size));
      case Asked.Part(var part) -> {
        var headers = new HashMap<>(known);
        headers.put("Content-Range", part.of(size));
        yield Answer.file(206, headers, file, part);
      }
      case Asked.Unsatisfiable _ -> unsatisfiable(size);
    };
  }

  private static Answer unsatisfiable(long size) {
    var problem = new Problem(ProblemCode.INVALID, "that range is not there: " + size + " bytes");
    return ProblemDetails.of(416, problem).answer(Map.of("Content-Range", "bytes */" + size));
  }
}

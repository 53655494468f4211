package berth.controller.api.http;

import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A problem as HTTP tells it (RFC 9457).
 *
 * @param type {@code urn:berth:problem:} and the code in lower case with hyphens
 * @param title the same for every problem of the type
 * @param detail one sentence that names the thing
 * @param code the code itself, for scripts
 * @param remedy what to do next
 * @param log the last lines of what the host said
 */
public record ProblemDetails(
    String type,
    String title,
    int status,
    String detail,
    ProblemCode code,
    Optional<String> remedy,
    Optional<List<String>> log) {

  public static final String MEDIA_TYPE = "application/problem+json";

  private static final Logger LOG = LoggerFactory.getLogger(ProblemDetails.class);

  /** The problem with the status of its code. */
  public static ProblemDetails of(Problem problem) {
    return of(status(problem.code()), problem);
  }

  /** The problem with a status that says more than its code does. */
  public static ProblemDetails of(int status, Problem problem) {
    var name = problem.code().name().toLowerCase(Locale.ROOT);
    return new ProblemDetails(
        "urn:berth:problem:" + name.replace('_', '-'),
        title(problem.code()),
        status,
        problem.message(),
        problem.code(),
        problem.remedy(),
        Optional.of(problem.log()).filter(lines -> !lines.isEmpty()));
  }

  /** What to tell of a failure; one that has nothing to tell is logged whole under a number. */
  static ProblemDetails of(Throwable failure, String request) {
    if (failure instanceof BerthException known) {
      return of(known.problem());
    }
    var incident = UUID.randomUUID();
    LOG.error("request={} incident={} a defect", request, incident, failure);
    return of(
        new Problem(
            ProblemCode.INTERNAL,
            "a defect of Berth's, incident " + incident,
            "look for the incident in the controller's log and report it"));
  }

  /** The problem as an answer. */
  public Answer answer(Map<String, String> headers) {
    return Answer.bytes(status, MEDIA_TYPE, headers, Buffer.buffer(Wire.write(this)));
  }

  /** The status that a code has, unless a route knows better. */
  public static int status(ProblemCode code) {
    return switch (code) {
      case INVALID -> 400;
      case DENIED, PROGRAM_NOT_EXECUTABLE -> 403;
      case NOT_FOUND, PROGRAM_NOT_FOUND -> 404;
      case ALREADY_EXISTS, CONFLICT, CANCELLED, INTERRUPTED -> 409;
      case TOO_LARGE -> 413;
      case UNSUPPORTED -> 422;
      case INTERNAL -> 500;
      case FAILED -> 502;
      case UNAVAILABLE -> 503;
      case EXPIRED, TIMEOUT -> 504;
      case NO_SPACE -> 507;
    };
  }

  private static String title(ProblemCode code) {
    return switch (code) {
      case INVALID -> "The request is wrong";
      case DENIED -> "Not allowed";
      case NOT_FOUND -> "No such thing";
      case PROGRAM_NOT_FOUND -> "No such program in the container";
      case PROGRAM_NOT_EXECUTABLE -> "The program may not be run";
      case ALREADY_EXISTS -> "It is there already";
      case CONFLICT -> "Not in a state that allows this";
      case CANCELLED -> "Somebody stopped it";
      case INTERRUPTED -> "The agent died in the middle of it";
      case TOO_LARGE -> "More than is accepted";
      case UNSUPPORTED -> "It can't be done here";
      case INTERNAL -> "A defect of Berth's";
      case FAILED -> "The host tried and failed";
      case UNAVAILABLE -> "Can't be reached now";
      case EXPIRED -> "The deadline passed before it could begin";
      case TIMEOUT -> "It did not end in time";
      case NO_SPACE -> "No room left";
    };
  }
}

package berth.controller.store;

import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;

/** What a failure of the database tells people: a full or ailing disk is none of our defects. */
final class Failures {
  private static final int PRIMARY_CODE = 0xff;

  private Failures() {}

  static RuntimeException of(SQLException failure) {
    var code = SQLiteErrorCode.getErrorCode(failure.getErrorCode() & PRIMARY_CODE);
    return switch (code) {
      case SQLITE_FULL ->
          told(
              ProblemCode.NO_SPACE,
              "the controller's disk is full",
              "make room in its data folder; nothing was changed",
              failure);
      case SQLITE_BUSY, SQLITE_LOCKED ->
          told(
              ProblemCode.UNAVAILABLE,
              "another process holds the controller's database",
              "end it: the database is the controller's alone while it runs",
              failure);
      case SQLITE_IOERR, SQLITE_READONLY, SQLITE_CANTOPEN ->
          told(
              ProblemCode.UNAVAILABLE,
              "the controller can't use its database: " + failure.getMessage(),
              "look at the disk and the permissions of its data folder",
              failure);
      default -> new IllegalStateException("a statement failed: " + failure.getMessage(), failure);
    };
  }

  private static BerthException told(
      ProblemCode code, String message, String remedy, SQLException cause) {
    return new BerthException(new Problem(code, message, remedy), cause);
  }
}

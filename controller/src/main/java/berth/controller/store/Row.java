package berth.controller.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** One row of an answer, read while the query runs. Times are kept in milliseconds since 1970. */
public final class Row {
  private final ResultSet results;

  Row(ResultSet results) {
    this.results = results;
  }

  /** Makes something of a row. */
  @FunctionalInterface
  public interface Reader<T> {
    T read(Row row);
  }

  /** A text that is there. */
  public String text(String column) {
    return textOrNone(column)
        .orElseThrow(() -> new IllegalStateException("null in column " + column));
  }

  /** A text, or none for NULL. */
  public Optional<String> textOrNone(String column) {
    try {
      return Optional.ofNullable(results.getString(column));
    } catch (SQLException e) {
      throw Failures.of(e);
    }
  }

  /** A whole number that is there. */
  public long number(String column) {
    return numberOrNone(column)
        .orElseThrow(() -> new IllegalStateException("null in column " + column));
  }

  /** A whole number, or none for NULL. */
  public Optional<Long> numberOrNone(String column) {
    try {
      var value = results.getLong(column);
      return results.wasNull() ? Optional.empty() : Optional.of(value);
    } catch (SQLException e) {
      throw Failures.of(e);
    }
  }

  /** A time that is there. */
  public Instant time(String column) {
    return Instant.ofEpochMilli(number(column));
  }

  /** A time, or none for NULL. */
  public Optional<Instant> timeOrNone(String column) {
    return numberOrNone(column).map(Instant::ofEpochMilli);
  }
}

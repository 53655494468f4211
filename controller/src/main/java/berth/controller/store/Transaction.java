package berth.controller.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Statements on one connection. Arguments are texts, numbers, times, optionals of those, enums (by
 * name) and values whose {@code toString} is what is kept, such as ids and names.
 */
public final class Transaction {
  private static final int MOST_PREPARED = 200;

  private final Connection connection;
  private final String begin;
  private final Map<String, PreparedStatement> prepared = new LinkedHashMap<>();

  /**
   * A transaction on a connection that begins none by itself.
   *
   * @param begin the statement that begins it
   */
  Transaction(Connection connection, String begin) {
    this.connection = connection;
    this.begin = begin;
  }

  /** Changes something and tells how many rows it met. */
  public int execute(String sql, Object... arguments) {
    try {
      return prepare(sql, arguments).executeUpdate();
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /** All rows of an answer; a statement that may find many carries a LIMIT. */
  public <T> List<T> query(String sql, Row.Reader<T> reader, Object... arguments) {
    try (var results = prepare(sql, arguments).executeQuery()) {
      var row = new Row(results);
      var rows = new ArrayList<T>();
      while (results.next()) {
        rows.add(reader.read(row));
      }
      return rows;
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /** The only row of an answer, or none. */
  public <T> Optional<T> one(String sql, Row.Reader<T> reader, Object... arguments) {
    var rows = query(sql, reader, arguments);
    if (rows.size() > 1) {
      throw new IllegalStateException("more than one row: " + sql);
    }
    return rows.stream().findFirst();
  }

  /**
   * Does some work that takes back only what it wrote itself where it throws. Throws {@link
   * LostException} where all that was written before is lost as well.
   */
  <T> T nested(Work<T> work) {
    execute("SAVEPOINT nested");
    try {
      var result = work.with(this);
      execute("RELEASE SAVEPOINT nested");
      return result;
    } catch (RuntimeException | Error e) {
      takeBack(e);
      throw e;
    }
  }

  private void takeBack(Throwable failure) {
    try {
      execute("ROLLBACK TO SAVEPOINT nested");
      execute("RELEASE SAVEPOINT nested");
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
      throw new LostException(failure);
    }
  }

  /** The database has taken back the whole transaction by itself, as it does at a full disk. */
  static final class LostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private LostException(Throwable cause) {
      super(cause);
    }
  }

  void begin() {
    execute(begin);
  }

  void commit() {
    execute("COMMIT");
  }

  void rollback() {
    execute("ROLLBACK");
  }

  void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw Failures.of(e);
    }
  }

  private PreparedStatement prepare(String sql, Object... arguments) throws SQLException {
    var statement = prepared.get(sql);
    if (statement == null) {
      if (prepared.size() >= MOST_PREPARED) {
        throw new IllegalStateException("statements must be constants; one too many: " + sql);
      }
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    for (var i = 0; i < arguments.length; i++) {
      statement.setObject(i + 1, plain(arguments[i]));
    }
    return statement;
  }

  /** A statement that has failed is of no more use to the driver. */
  private RuntimeException failed(String sql, SQLException failure) {
    try (var _ = prepared.remove(sql)) {
      return Failures.of(failure);
    } catch (SQLException e) {
      failure.addSuppressed(e);
      return Failures.of(failure);
    }
  }

  private static Object plain(Object argument) {
    return switch (argument) {
      case null -> null;
      case Optional<?> optional -> plain(optional.orElse(null));
      case Instant time -> time.toEpochMilli();
      case Integer number -> number.longValue();
      case Long number -> number;
      case Boolean truth -> truth ? 1L : 0L;
      case Enum<?> name -> name.name();
      default -> argument.toString();
    };
  }
}

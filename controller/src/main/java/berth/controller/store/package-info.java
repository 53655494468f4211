/**
 * The database at the edge: the only package that knows JDBC, SQLite and Flyway. Features bring
 * their own statements, in SQL that PostgreSQL takes too, and see rows and transactions of ours.
 */
package berth.controller.store;

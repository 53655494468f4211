package berth.protocol.mqtt;

/** A real broker in a process of the test's own; {@link #RECEIVE_MAXIMUM} is its own. */
interface Broker extends AutoCloseable {

  int RECEIVE_MAXIMUM = 50;

  int port();

  /** Starts it, also again, with the data that it had. */
  void start();

  /** SIGKILL. */
  void kill();

  /** As bad an end as the broker promises to survive without losing what it acknowledged. */
  void crash();

  /** Still has its sockets, answers nothing. */
  void freeze();

  void thaw();

  @Override
  void close();
}

package berth.controller.store;

/**
 * What is done with a transaction. It runs on a thread of the database's, may run alongside nothing
 * else on that connection, and must not keep the transaction.
 */
@FunctionalInterface
public interface Work<T> {
  /** Does it. What it throws undoes all that it wrote, and fails the future of the call. */
  T with(Transaction transaction);
}

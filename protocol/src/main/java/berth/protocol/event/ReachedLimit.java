package berth.protocol.event;

/**
 * A limit that the kernel tells of when a container is held back by it (the kernel's cgroup-v2).
 */
public enum ReachedLimit {
  /**
   * {@code limits.memory}: nothing more is had before something is given back, by force perhaps.
   */
  MEMORY,
  /** {@code limits.memoryHigh}: it is slowed down, and has to give back. */
  MEMORY_HIGH,
  /** {@code limits.tasks}: a new process or thread was refused. */
  TASKS
}

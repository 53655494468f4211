package berth.agent;

/** Which agent this is. */
final class AgentVersion {
  private static final String FROM_JAR = Agent.class.getPackage().getImplementationVersion();

  /** From the jar's manifest; classes in a folder have none. */
  static final String CURRENT = FROM_JAR == null ? "0-development" : FROM_JAR;

  private AgentVersion() {}
}

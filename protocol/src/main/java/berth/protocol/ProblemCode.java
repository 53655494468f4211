package berth.protocol;

/** What kind of thing went wrong. Stable: scripts and the API's {@code type} rely on the names. */
public enum ProblemCode {
  /** The request itself is wrong: repeat it and it fails again. */
  INVALID,
  /** The named host, container, image or operation does not exist. */
  NOT_FOUND,
  /** The container has no such program. */
  PROGRAM_NOT_FOUND,
  /** The container has the program, but it can't be run. */
  PROGRAM_NOT_EXECUTABLE,
  /** Something of that name is there already. */
  ALREADY_EXISTS,
  /** The thing is not in a state that allows this. */
  CONFLICT,
  /** A policy or role forbids it. */
  DENIED,
  /** This host, layout or version can't do it. */
  UNSUPPORTED,
  /** The deadline passed before the host could begin. */
  EXPIRED,
  /** It began, but did not come to its end within its time limit. */
  TIMEOUT,
  /** Somebody stopped it. */
  CANCELLED,
  /** The agent died while it ran something that is not safe to repeat. */
  INTERRUPTED,
  /** More than is accepted: a body, a message, a queue. */
  TOO_LARGE,
  /** The storage has no room. */
  NO_SPACE,
  /** The host or a service that is needed can't be reached now. */
  UNAVAILABLE,
  /** The host tried and its system refused; the log tells. */
  FAILED,
  /** A defect of Berth's. */
  INTERNAL
}

package berth.protocol;

/** A container by its host, as people write it: {@code host/container}. */
public record ContainerRef(HostId host, ContainerName container) {
  /** Reads {@code host/container}; anything else is refused with what to write. */
  public static ContainerRef parse(String text) {
    var slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "bad container " + Names.quoted(text) + ": write HOST/CONTAINER, such as lab1/web");
    }
    return new ContainerRef(
        new HostId(text.substring(0, slash)), new ContainerName(text.substring(slash + 1)));
  }

  @Override
  public String toString() {
    return host + "/" + container;
  }
}

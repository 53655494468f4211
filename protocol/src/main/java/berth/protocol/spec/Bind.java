package berth.protocol.spec;

/**
 * A file or folder of the host's that is seen in the container, too (systemd-nspawn(1), {@code
 * --bind=}).
 *
 * @param source on the host
 * @param target in the container; the same path where it is left out
 * @param readOnly whether the container may not write there
 * @param idmapped whether the owners on the host are seen as the same users in the container
 */
public record Bind(String source, String target, boolean readOnly, boolean idmapped) {
  public Bind {
    Rules.path("source", source);
    target = target == null ? source : target;
    Rules.path("target", target);
    if (target.equals("/")) {
      throw Rules.bad("target", target, "the container's root is its volume");
    }
  }
}

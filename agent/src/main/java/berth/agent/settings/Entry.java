package berth.agent.settings;

/** One assignment in a settings file, such as {@code Boot=yes} in the section {@code Exec}. */
public record Entry(String section, String key, String value) {
  /** Where it stands, such as {@code Exec.Boot}. */
  public String place() {
    return section + "." + key;
  }

  @Override
  public String toString() {
    return place() + "=" + value;
  }
}

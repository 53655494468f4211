package berth.agent.systemd;

import java.util.List;

/** What is known of one container's unit, kept up to date by signals. */
final class UnitView {
  private final UnitName unit;
  private final long since;
  private Properties properties;
  private Phase phase;

  /**
   * @param since the place of the look among the connection's messages; what came before it is in
   *     it
   */
  UnitView(UnitName unit, Properties properties, long since) {
    this.unit = unit;
    this.properties = properties;
    this.since = since;
    this.phase = Phase.of(status(), Phase.DOWN);
  }

  UnitName unit() {
    return unit;
  }

  UnitStatus status() {
    return UnitStatus.of(unit, properties);
  }

  /** Takes a change up and says what it comes to. */
  List<UnitEvent> changed(Properties changes, long sequence) {
    if (sequence < since) {
      return List.of();
    }
    properties = properties.with(changes);
    Phase before = phase;
    phase = Phase.of(status(), before);
    return phase.since(before, status());
  }

  /** Adds what no signal tells. */
  void placed(Properties more) {
    properties = properties.with(more);
  }
}

package berth.controller.fleet;

import berth.controller.model.HostView;
import berth.controller.model.MetricsSample;
import berth.protocol.HostId;
import berth.protocol.event.EventMessage;
import berth.protocol.state.HostState;
import berth.protocol.state.Presence;
import berth.protocol.state.Presence.Status;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One host as it told of itself.
 *
 * @param presence the newest, of this run or kept from the last one
 * @param heard whether it showed since the controller started that it is there: what a broker kept
 *     from before a crash, or delivers once more, may tell of a connection that is long gone
 * @param recorded the status that the database and the log of events have last
 * @param since when it came into the recorded status
 * @param asked when its whole state was asked for, until it comes
 */
record HostPicture(
    HostId host,
    Optional<Presence> presence,
    boolean heard,
    Status recorded,
    Optional<Instant> since,
    Optional<HostState> state,
    Optional<Instant> asked,
    Optional<MetricsSample> metrics) {

  /** A host of which nothing but its name is known. */
  static HostPicture named(HostId host) {
    return known(host, Optional.empty(), Status.OFFLINE, Optional.empty());
  }

  /** A host as an earlier run left it. */
  static HostPicture known(
      HostId host, Optional<Presence> presence, Status recorded, Optional<Instant> since) {
    return new HostPicture(
        host,
        presence,
        false,
        recorded,
        since,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  Status status() {
    return heard && saysOnline() ? Status.ONLINE : Status.OFFLINE;
  }

  /** Whether its presence says that it is connected, be that true by now or not. */
  boolean saysOnline() {
    return presence.map(Presence::status).equals(Optional.of(Status.ONLINE));
  }

  /** Whether the status is something that was told, and not just silence so far. */
  boolean told() {
    return status() == Status.ONLINE
        || presence.map(Presence::status).equals(Optional.of(Status.OFFLINE));
  }

  HostView view() {
    var containers = state.map(HostState::containers).orElse(List.of());
    return new HostView(
        host,
        status(),
        status() == recorded ? since : Optional.empty(),
        presence.map(Presence::agentVersion).orElse(""),
        state.map(HostState::facts),
        state.map(HostState::pools).orElse(List.of()),
        containers.size(),
        (int) containers.stream().filter(c -> c.status().running()).count(),
        state.map(s -> s.images().size()).orElse(0));
  }

  /** Whether the presence is news, or repeats the last. */
  boolean allows(Presence newer) {
    return presence.map(known -> newer.notOlderThan(known) && !isTakenBack(newer)).orElse(true);
  }

  /** A connection that ended does not come back: another one has another number. */
  private boolean isTakenBack(Presence newer) {
    return newer.status() == Status.ONLINE
        && presence.filter(known -> known.status() == Status.OFFLINE).isPresent()
        && !isNews(newer);
  }

  /** Whether the presence tells of a connection that was not known before. */
  boolean isNews(Presence newer) {
    return presence.map(known -> !known.notOlderThan(newer)).orElse(true);
  }

  /** Whether the state is as new as the one that is known, with its events. */
  boolean allows(HostState newer) {
    return state
        .map(known ->
            newer.epoch() > known.epoch()
                || (newer.epoch() == known.epoch() && newer.sequence() >= known.sequence()))
        .orElse(true);
  }

  /** How an event stands to the state that is known. */
  enum Order {
    /** It is in the state already. */
    KNOWN,
    /** It is the next one. */
    NEXT,
    /** Something before it is missing. */
    GAP
  }

  Order order(EventMessage event) {
    if (state.isEmpty() || event.epoch() > state.get().epoch()) {
      return Order.GAP;
    }
    var missing = event.sequence() - state.get().sequence();
    if (event.epoch() < state.get().epoch() || missing <= 0) {
      return Order.KNOWN;
    }
    return missing == 1 ? Order.NEXT : Order.GAP;
  }

  HostPicture with(Presence newer, boolean itself) {
    return new HostPicture(
        host, Optional.of(newer), heard || itself, recorded, since, state, asked, metrics);
  }

  HostPicture heardOf() {
    return new HostPicture(host, presence, true, recorded, since, state, asked, metrics);
  }

  HostPicture recorded(Status status, Optional<Instant> since) {
    return new HostPicture(host, presence, heard, status, since, state, asked, metrics);
  }

  HostPicture with(HostState whole) {
    return new HostPicture(
        host, presence, heard, recorded, since, Optional.of(whole), Optional.empty(), metrics);
  }

  HostPicture asked(Instant now) {
    return new HostPicture(
        host, presence, heard, recorded, since, state, Optional.of(now), metrics);
  }

  HostPicture with(MetricsSample newest) {
    return new HostPicture(
        host, presence, heard, recorded, since, state, asked, Optional.of(newest));
  }

  /** The picture after the next event. */
  HostPicture after(EventMessage next) {
    return new HostPicture(
        host,
        presence,
        heard,
        recorded,
        since,
        state.map(known -> NextState.after(known, next)),
        asked,
        metrics);
  }
}

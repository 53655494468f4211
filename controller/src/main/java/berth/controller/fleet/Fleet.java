package berth.controller.fleet;

import berth.controller.model.ContainerView;
import berth.controller.model.FleetEvent;
import berth.controller.model.HostView;
import berth.controller.model.ImageView;
import berth.controller.model.MetricsSample;
import berth.controller.model.PoolView;
import berth.controller.store.Database;
import berth.controller.store.Transaction;
import berth.protocol.BerthException;
import berth.protocol.Bytes;
import berth.protocol.CommandId;
import berth.protocol.ContainerRef;
import berth.protocol.HostId;
import berth.protocol.ProblemCode;
import berth.protocol.event.EventMessage;
import berth.protocol.state.HostState;
import berth.protocol.state.PoolState;
import berth.protocol.state.Presence;
import berth.protocol.state.Presence.Status;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The picture of the fleet, kept up by what the hosts tell. Reading is for any thread, telling for
 * the core's context alone.
 */
public final class Fleet implements HostRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);

  /** After this a host that did not send the state it was asked for may be asked again. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final int NAMED_IN_A_PROBLEM = 10;

  private final Map<HostId, HostPicture> pictures = new ConcurrentSkipListMap<>();
  private final Database database;
  private final EventJournal journal;
  private final Function<HostId, CommandId> askForState;
  private final Map<HostId, CommandId> requests = new HashMap<>();
  private final Clock clock;
  private boolean settled;

  /**
   * An empty fleet, before {@link #load}.
   *
   * @param askForState asks a host to publish its whole state again, by a command of which it tells
   */
  public Fleet(
      Database database,
      EventJournal journal,
      Function<HostId, CommandId> askForState,
      Clock clock) {
    this.database = database;
    this.journal = journal;
    this.askForState = askForState;
    this.clock = clock;
  }

  /** Takes up the hosts that were seen in earlier runs, all offline until they are heard. */
  public Future<Void> load() {
    return database
        .read(HostStore::all)
        .map(known -> {
          known.forEach(picture -> pictures.putIfAbsent(picture.host(), picture));
          return null;
        });
  }

  /**
   * A host came or went.
   *
   * @param kept whether the broker had kept it from before we listened, so that a host which it
   *     calls online has yet to say something itself
   * @return done when a change of status is durable
   */
  public Future<Void> presence(Presence presence, boolean kept) {
    var picture = picture(presence.host());
    if (!picture.allows(presence)) {
      return Future.succeededFuture();
    }
    var next = picture.with(presence, !kept && picture.isNews(presence));
    if (presence.status() == Status.ONLINE && !next.heard()) {
      request(presence.host());
    }
    return put(picture, next);
  }

  /** A host told its whole state. */
  public Future<Void> state(HostState state) {
    var picture = picture(state.host());
    return put(picture, picture.allows(state) ? picture.with(state) : picture);
  }

  /**
   * A host answered a command. If it is the one by which this controller asked for its state, it is
   * there now; any other answer may have waited for us at the broker since before its host died.
   */
  public Future<Void> answered(HostId host, CommandId command) {
    return command.equals(requests.get(host)) ? heard(host) : Future.succeededFuture();
  }

  /** A host said something just now: it is there, if it has come at all. */
  public Future<Void> heard(HostId host) {
    var picture = picture(host);
    return picture.heard() ? Future.succeededFuture() : put(picture, picture.heardOf());
  }

  /** Something happened on a host; done when it is in the log. */
  public Future<Void> event(EventMessage event) {
    var picture = picture(event.host());
    switch (picture.order(event)) {
      case KNOWN -> {}
      case NEXT -> pictures.put(event.host(), picture.after(event));
      case GAP -> ask(picture);
    }
    return journal.keep(event);
  }

  /** Asks those again that came and have not answered: request or answer may be lost. */
  public void askAgain() {
    pictures.values().stream()
        .filter(picture -> !picture.heard() && picture.saysOnline())
        .forEach(picture -> request(picture.host()));
  }

  /** A host sent a page of metrics. */
  public void metrics(HostId host, Bytes gzip) {
    pictures.put(host, picture(host).with(new MetricsSample(clock.instant(), gzip)));
  }

  /**
   * Ends the time in which hosts are waited for after a start: those that did not say anything
   * themselves are offline from now on, whatever a broker kept of them. Done when that is durable.
   */
  public Future<Void> settle() {
    settled = true;
    var puts = pictures.values().stream().map(picture -> put(picture, picture)).toList();
    return Future.join(puts).mapEmpty();
  }

  @Override
  public List<HostView> hosts() {
    return pictures.values().stream().map(HostPicture::view).toList();
  }

  @Override
  public HostView host(HostId host) {
    return known(host).view();
  }

  /** Whether a host was ever seen. */
  public boolean knows(HostId host) {
    return pictures.containsKey(host);
  }

  /** Whether a host's agent is connected, as far as is known. */
  public boolean online(HostId host) {
    var picture = pictures.get(host);
    return picture != null && picture.status() == Status.ONLINE;
  }

  @Override
  public List<ContainerView> containers(Optional<HostId> host) {
    return states(host)
        .flatMap(state -> state.containers().stream().map(c -> new ContainerView(state.host(), c)))
        .sorted(
            Comparator.comparing(ContainerView::host)
                .thenComparing(view -> view.container().name()))
        .toList();
  }

  @Override
  public ContainerView container(ContainerRef ref) {
    var state = known(ref.host()).state().orElseThrow(() -> untold(ref.host()));
    return state.containers().stream()
        .filter(container -> container.name().equals(ref.container()))
        .map(container -> new ContainerView(ref.host(), container))
        .findFirst()
        .orElseThrow(() ->
            new BerthException(
                ProblemCode.NOT_FOUND,
                "no container " + ref.container() + " on host " + ref.host()));
  }

  @Override
  public List<PoolView> pools(Optional<HostId> host) {
    return states(host)
        .flatMap(state -> state.pools().stream().map(pool -> view(state, pool)))
        .sorted(Comparator.comparing(PoolView::host).thenComparing(view -> view.pool().name()))
        .toList();
  }

  private static PoolView view(HostState state, PoolState pool) {
    var name = pool.name();
    return new PoolView(
        state.host(),
        pool,
        (int) state.containers().stream().filter(c -> c.pool().equals(Optional.of(name))).count(),
        (int) state.images().stream().filter(image -> image.pool().equals(name)).count());
  }

  @Override
  public List<ImageView> images(Optional<HostId> host) {
    return states(host)
        .flatMap(state -> state.images().stream().map(i -> new ImageView(state.host(), i)))
        .sorted(Comparator.comparing(ImageView::host).thenComparing(view -> view.image().name()))
        .toList();
  }

  @Override
  public Optional<MetricsSample> metrics(HostId host) {
    return known(host).metrics();
  }

  /** The failure that names the hosts there are. */
  public BerthException unknown(HostId host) {
    var names = pictures.keySet().stream().limit(NAMED_IN_A_PROBLEM).map(HostId::value);
    var more = pictures.size() > NAMED_IN_A_PROBLEM ? ", ..." : "";
    return new BerthException(
        ProblemCode.NOT_FOUND,
        "no host " + host,
        pictures.isEmpty()
            ? "no host has joined yet"
            : "known hosts: " + names.collect(Collectors.joining(", ")) + more);
  }

  private static BerthException untold(HostId host) {
    return new BerthException(
        ProblemCode.UNAVAILABLE,
        "host " + host + " has not told yet what is on it",
        "try again in a moment, or see: berth host ls");
  }

  private Stream<HostState> states(Optional<HostId> host) {
    return host.map(only -> Stream.of(known(only)))
        .orElseGet(() -> pictures.values().stream())
        .flatMap(picture -> picture.state().stream());
  }

  private HostPicture known(HostId host) {
    var picture = pictures.get(host);
    if (picture == null) {
      throw unknown(host);
    }
    return picture;
  }

  private HostPicture picture(HostId host) {
    return pictures.getOrDefault(host, HostPicture.named(host));
  }

  private void ask(HostPicture picture) {
    var now = clock.instant();
    if (picture.asked().map(at -> at.plus(PATIENCE).isBefore(now)).orElse(true)) {
      LOG.info("host={} an event is missing before this one; asking for its state", picture.host());
      pictures.put(picture.host(), picture.asked(now));
      request(picture.host());
    }
  }

  private void request(HostId host) {
    requests.put(host, askForState.apply(host));
  }

  /** Where the database can't take it now, nothing has changed, and the same may be told again. */
  private Future<Void> put(HostPicture before, HostPicture next) {
    var changed = next.status() != next.recorded() && (settled || next.told());
    var now = clock.instant();
    var picture = changed ? next.recorded(next.status(), Optional.of(now)) : next;
    var first = pictures.put(picture.host(), picture) == null;
    if (!changed && !first && before.presence().equals(next.presence())) {
      return Future.succeededFuture();
    }
    return database
        .write(tx -> {
          HostStore.put(tx, picture, now);
          return changed ? Optional.of(statusEvent(tx, picture)) : Optional.<FleetEvent>empty();
        })
        .onFailure(_ -> takeBack(before, first))
        .map(event -> {
          event.ifPresent(journal::announce);
          return null;
        });
  }

  private void takeBack(HostPicture before, boolean first) {
    pictures.computeIfPresent(
        before.host(), (_, now) -> first ? null : now.recorded(before.recorded(), before.since()));
  }

  private FleetEvent statusEvent(Transaction tx, HostPicture picture) {
    var kind = picture.recorded() == Status.ONLINE ? "host-online" : "host-offline";
    var version = picture.presence().map(Presence::agentVersion).orElse("");
    return journal.append(tx, Optional.of(picture.host()), kind, Map.of("agentVersion", version));
  }
}

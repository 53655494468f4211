package berth.agent.systemd;

import static berth.agent.systemd.dbus.Bus.await;

import berth.agent.systemd.dbus.Bus;
import berth.agent.systemd.dbus.BusException;
import berth.agent.systemd.dbus.Call;
import berth.agent.systemd.dbus.Message;
import berth.agent.systemd.dbus.Variant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The service manager behind a bus: the host's, or that of a container
 * (org.freedesktop.systemd1(5)). Its methods wait for the answer and throw {@link BusException};
 * call them from a thread that may block.
 */
public final class Systemd {
  /** The error of a unit that systemd has not loaded. */
  public static final String NO_SUCH_UNIT = "org.freedesktop.systemd1.NoSuchUnit";

  /** The error of what this host's systemd or kernel can't do. */
  public static final String NOT_SUPPORTED = "org.freedesktop.DBus.Error.NotSupported";

  private static final Duration RELOAD_LIMIT = Duration.ofSeconds(90);
  private static final List<Object> NOTHING = List.of();

  private final Supplier<Bus> source;
  private Session session;

  /** One that uses the connection that the source has at the time of each call. */
  public Systemd(Supplier<Bus> source) {
    this.source = source;
  }

  /** What hangs on one connection. */
  private record Session(Bus bus, Jobs jobs, UnitChanges changes) {}

  /** Starts a unit and waits for the job's end. */
  public JobResult start(UnitName unit, Duration limit) {
    return job("StartUnit", unit, limit);
  }

  /** Stops a unit and waits for the job's end. */
  public JobResult stop(UnitName unit, Duration limit) {
    return job("StopUnit", unit, limit);
  }

  /** Stops and starts a unit, or only starts it, and waits for the job's end. */
  public JobResult restart(UnitName unit, Duration limit) {
    return job("RestartUnit", unit, limit);
  }

  /** Sends a signal to all processes of a unit. */
  public void kill(UnitName unit, int signal) {
    call(manager("KillUnit").with("ssi", unit.value(), "all", signal));
  }

  /**
   * Keeps a unit's processes from running, and ends when they do not run any more; on a host
   * without a freezer some releases refuse it as {@link #NOT_SUPPORTED} and others say nothing.
   */
  public void freeze(UnitName unit) {
    call(manager("FreezeUnit").with("s", unit.value()));
  }

  /** Takes {@link #freeze} back. */
  public void thaw(UnitName unit) {
    call(manager("ThawUnit").with("s", unit.value()));
  }

  /** Makes systemd forget that a unit failed; one that it does not know has not. */
  public void resetFailed(UnitName unit) {
    try {
      call(manager("ResetFailedUnit").with("s", unit.value()));
    } catch (BusException e) {
      if (!e.is(NO_SUCH_UNIT)) {
        throw e;
      }
    }
  }

  /** What systemd knows about a service; it is loaded where it was not. */
  public UnitStatus status(UnitName unit) {
    return UnitStatus.of(unit, properties(unit));
  }

  /** All properties of a unit, those of its kind too. */
  public Properties properties(UnitName unit) {
    Call all = Call.of(Names.SYSTEMD, unit.path(), Names.PROPERTIES, "GetAll").with("s", "");
    return Properties.of(call(all).map(0));
  }

  /** Whether a unit starts with the host; it is not loaded for that. */
  public boolean isEnabled(UnitName unit) {
    return call(manager("GetUnitFileState").with("s", unit.value()))
        .get(0, String.class)
        .equals("enabled");
  }

  /** The properties that tell whether and how a service ended, and no others. */
  public CompletableFuture<Properties> ending(UnitName unit) {
    Call get = Call.of(Names.SYSTEMD, unit.path(), Names.PROPERTIES, "Get");
    Bus bus = session().bus();
    var all = bus.call(get.with("ss", Names.UNIT, "ActiveState")).thenApply(first("ActiveState"));
    for (String name : List.of("ExecMainCode", "ExecMainStatus", "Result")) {
      var one = bus.call(get.with("ss", Names.SERVICE, name)).thenApply(first(name));
      all = all.thenCombine(one, Properties::with);
    }
    return all;
  }

  private static Function<Message, Properties> first(String name) {
    return reply -> Properties.of(Map.of(name, reply.get(0, Variant.class)));
  }

  /**
   * Changes settings of a unit, such as {@code MemoryMax}, at once.
   *
   * @param runtime whether they are forgotten when the host boots again
   */
  public void setProperties(UnitName unit, boolean runtime, Map<String, Variant> settings) {
    List<Object> pairs = new ArrayList<>();
    settings.forEach((name, value) -> pairs.add(List.of(name, value)));
    call(manager("SetUnitProperties").with("sba(sv)", unit.value(), runtime, pairs));
  }

  /** Reads all unit files again. */
  public void reload() {
    call(manager("Reload").within(RELOAD_LIMIT));
  }

  /** Makes units start with the host; systemd reads its unit files again. */
  public void enable(List<String> units) {
    call(manager("EnableUnitFiles").with("asbb", units, false, true));
    reload();
  }

  /** Takes {@link #enable} back. */
  public void disable(List<String> units) {
    call(manager("DisableUnitFiles").with("asb", units, false));
    reload();
  }

  /** Removes drop-ins and changes of units, so that the next of that name does not inherit them. */
  public void revert(List<String> units) {
    call(manager("RevertUnitFiles").with("as", units));
    reload();
  }

  /** The loaded units whose names match a shell pattern. */
  public List<UnitName> units(String pattern) {
    Call list = manager("ListUnitsByPatterns").with("asas", NOTHING, List.of(pattern));
    return call(list).list(0).stream()
        .map(unit -> (String) ((List<?>) unit).getFirst())
        .filter(UnitName::isValid)
        .map(UnitName::new)
        .toList();
  }

  /** Starts a unit that lives as long as it runs; ends with the result of its start. */
  public CompletableFuture<JobResult> startTransient(TransientUnit unit) {
    List<Object> settings = new ArrayList<>();
    unit.properties().forEach(p -> settings.add(List.of(p.name(), p.value())));
    Call start =
        manager("StartTransientUnit")
            .with("ssa(sv)a(sa(sv))", unit.name().value(), "fail", settings, NOTHING);
    return session().jobs().run(start);
  }

  /** What the manager says about the whole system, such as {@code running} or {@code stopping}. */
  public String state() {
    return managerProperty("SystemState");
  }

  /** The version of systemd as a number, such as {@code 257}, without what a distribution adds. */
  public String version() {
    return managerProperty("Version").replaceFirst("[^0-9].*", "");
  }

  /**
   * Tells the changes of a unit's properties as they come, on this connection. Ask for the status
   * after this call, and nothing between is missed.
   */
  public Bus.Subscription watch(UnitName unit, UnitWatcher watcher) {
    return session().changes().watch(unit, watcher);
  }

  private String managerProperty(String name) {
    Call get = Call.of(Names.SYSTEMD, Names.SYSTEMD_PATH, Names.PROPERTIES, "Get");
    Object value = call(get.with("ss", Names.MANAGER, name)).get(0, Variant.class).value();
    return String.valueOf(value);
  }

  private JobResult job(String method, UnitName unit, Duration limit) {
    CompletableFuture<JobResult> job =
        session().jobs().run(manager(method).with("ss", unit.value(), "replace"));
    var limited =
        job.orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
            .exceptionallyCompose(
                failure -> CompletableFuture.failedFuture(inTime(failure, method, unit, limit)));
    return await(limited);
  }

  private static Throwable inTime(Throwable failure, String method, UnitName unit, Duration limit) {
    return failure instanceof TimeoutException
        ? new BusException(
            BusException.NO_REPLY,
            method + " of " + unit + " did not end within " + limit.toMillis() + " ms")
        : failure;
  }

  private Message call(Call call) {
    return session().bus().get(call);
  }

  private static Call manager(String member) {
    return Call.of(Names.SYSTEMD, Names.SYSTEMD_PATH, Names.MANAGER, member);
  }

  private synchronized Session session() {
    Bus bus = source.get();
    if (session == null || session.bus() != bus) {
      subscribe(bus);
      session = new Session(bus, new Jobs(bus), new UnitChanges(bus));
    }
    return session;
  }

  /** Without it systemd sends no signals (org.freedesktop.systemd1(5), Subscribe). */
  static void subscribe(Bus bus) {
    try {
      bus.get(manager("Subscribe"));
    } catch (BusException e) {
      if (!e.is("org.freedesktop.systemd1.AlreadySubscribed")) {
        throw e;
      }
    }
  }
}

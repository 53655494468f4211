package berth.agent.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.linux.Reactor;
import berth.agent.systemd.Machines;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.dbus.Bus;
import berth.agent.systemd.dbus.DbusDaemon;
import berth.agent.systemd.dbus.Message;
import berth.agent.systemd.dbus.ObjectPath;
import berth.agent.systemd.dbus.Peer;
import berth.agent.systemd.dbus.Variant;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A systemd and a machined played by the test, on a real dbus-daemon. */
@Timeout(60)
class FreezerIT {
  private static final ContainerName WEB = new ContainerName("web");
  private static final String UNIT = "systemd-nspawn@web.service";
  private static final ObjectPath MACHINE = new ObjectPath("/org/freedesktop/machine1/machine/web");

  @TempDir private Path folder;
  private DbusDaemon daemon;
  private Reactor reactor;
  private Bus bus;
  private Peer manager;
  private Freezer freezer;

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile boolean able = true;
  private volatile boolean unifiedAlone = true;
  private volatile String state = "running";

  @BeforeEach
  void start() throws IOException {
    daemon = new DbusDaemon(folder);
    reactor = Reactor.start();
    bus = Bus.connect(reactor, daemon.address());
    manager = daemon.peer();
    manager.driver("RequestName", "su", "org.freedesktop.systemd1", 0L);
    manager.driver("RequestName", "su", "org.freedesktop.machine1", 0L);
    Thread.ofVirtual().start(this::play);
    freezer = new Freezer(new Systemd(() -> bus), new Machines(() -> bus), () -> unifiedAlone);
  }

  @AfterEach
  void end() {
    manager.close();
    bus.close();
    reactor.close();
    daemon.close();
  }

  @Test
  void aPauseFreezesTheUnitOnceAndAResumeThawsItOnce() {
    freezer.pause(WEB);
    freezer.pause(WEB);
    freezer.resume(WEB);
    freezer.resume(WEB);
    assertThat(asked).containsExactly("FreezeUnit", "ThawUnit");
  }

  @Test
  void aHostWithBothHierarchiesIsNotEvenAsked() {
    unifiedAlone = false;
    assertUnsupported("old cgroup hierarchy");
    assertThat(asked).isEmpty();
  }

  @Test
  void aSystemdThatOnlySaysSoIsNotBelieved() {
    able = false;
    assertUnsupported("its processes go on");
  }

  private void assertUnsupported(String reason) {
    assertThatThrownBy(() -> freezer.pause(WEB))
        .satisfies(e -> {
          var problem = BerthException.problemOf(e);
          assertThat(problem.code()).isEqualTo(ProblemCode.UNSUPPORTED);
          assertThat(problem.message()).contains("web", reason);
          assertThat(problem.remedy()).isPresent();
        });
  }

  private void play() {
    try {
      while (true) {
        answer(manager.nextCall());
      }
    } catch (IOException _) {
      // the test ends
    }
  }

  private void answer(Message call) throws IOException {
    switch (call.member()) {
      case "GetMachine" -> manager.reply(call, "o", MACHINE);
      case "GetAll" -> manager.reply(call, "a{sv}", properties(call));
      case "FreezeUnit", "ThawUnit" -> {
        asked.add(call.member());
        state = able && call.member().equals("FreezeUnit") ? "frozen" : "running";
        manager.reply(call, "");
      }
      default -> manager.reply(call, "");
    }
  }

  private Map<String, Variant> properties(Message call) {
    return call.path().equals(MACHINE.value())
        ? Map.of("Unit", Variant.of(UNIT))
        : Map.of("ActiveState", Variant.of("active"), "FreezerState", Variant.of(state));
  }
}

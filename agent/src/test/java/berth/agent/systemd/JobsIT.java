package berth.agent.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.agent.linux.Reactor;
import berth.agent.systemd.dbus.Bus;
import berth.agent.systemd.dbus.BusException;
import berth.agent.systemd.dbus.DbusDaemon;
import berth.agent.systemd.dbus.Message;
import berth.agent.systemd.dbus.ObjectPath;
import berth.agent.systemd.dbus.Peer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service manager played by the test, on a real dbus-daemon. */
@Timeout(60)
class JobsIT {
  private static final UnitName UNIT = new UnitName("x.service");
  private static final String JOB = "/org/freedesktop/systemd1/job/7";
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir private Path folder;
  private DbusDaemon daemon;
  private Reactor reactor;
  private Bus bus;
  private Peer manager;
  private Systemd systemd;

  @BeforeEach
  void start() throws IOException {
    daemon = new DbusDaemon(folder);
    reactor = Reactor.start();
    bus = Bus.connect(reactor, daemon.address());
    manager = daemon.peer();
    manager.driver("RequestName", "su", Names.SYSTEMD, 0L);
    systemd = new Systemd(() -> bus);
  }

  @AfterEach
  void end() {
    manager.close();
    bus.close();
    reactor.close();
    daemon.close();
  }

  @Test
  void aJobEndsWithItsResult() throws Exception {
    var result = begin();
    Message call = nextCall("StartUnit");
    assertThat(call.string(0)).isEqualTo("x.service");
    manager.reply(call, "o", new ObjectPath(JOB));
    removed("/org/freedesktop/systemd1/job/6", "failed");
    removed(JOB, "done");
    assertThat(result.get(20, TimeUnit.SECONDS)).isEqualTo(JobResult.DONE);
  }

  @Test
  void aJobThatEndsBeforeItsReplyEndsToo() throws Exception {
    var result = begin();
    Message call = nextCall("StartUnit");
    removed(JOB, "timeout");
    manager.reply(call, "o", new ObjectPath(JOB));
    assertThat(result.get(20, TimeUnit.SECONDS)).isEqualTo(JobResult.TIMEOUT);
  }

  @Test
  void aJobThatTakesTooLongIsNamed() throws Exception {
    var result = CompletableFuture.supplyAsync(() -> systemd.stop(UNIT, Duration.ofMillis(500)));
    manager.reply(nextCall("Subscribe"), "");
    manager.reply(nextCall("StopUnit"), "o", new ObjectPath(JOB));
    assertThat(result)
        .failsWithin(20, TimeUnit.SECONDS)
        .withThrowableThat()
        .withMessageContaining("StopUnit of x.service did not end within 500 ms");
  }

  @Test
  void aManagerThatIsGoneFailsWhatWaits() throws Exception {
    var result = begin();
    nextCall("StartUnit");
    daemon.kill();
    assertThat(result)
        .failsWithin(20, TimeUnit.SECONDS)
        .withThrowableThat()
        .withMessageContaining(BusException.DISCONNECTED);
    assertThatThrownBy(() -> systemd.start(UNIT, LIMIT)).isInstanceOf(BusException.class);
  }

  private CompletableFuture<JobResult> begin() throws IOException {
    var result = CompletableFuture.supplyAsync(() -> systemd.start(UNIT, LIMIT));
    manager.reply(nextCall("Subscribe"), "");
    return result;
  }

  private Message nextCall(String member) throws IOException {
    Message call = manager.nextCall();
    assertThat(call.member()).isEqualTo(member);
    return call;
  }

  private void removed(String job, String result) throws IOException {
    manager.emit(
        Names.SYSTEMD_PATH,
        Names.MANAGER,
        "JobRemoved",
        "uoss",
        7L,
        new ObjectPath(job),
        "x.service",
        result);
  }
}

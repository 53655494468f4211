package berth.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.linux.LinuxException;
import berth.agent.linux.Reactor;
import berth.agent.process.Outcome.NotStarted;
import berth.agent.process.Outcome.Reason;
import berth.agent.systemd.MachineBuses;
import berth.agent.systemd.UnitName;
import berth.agent.systemd.dbus.BusException;
import berth.protocol.ContainerName;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class RunTest {
  private static final ProcessSpec SPEC =
      ProcessSpec.of(
          new ContainerName("web"), new UnitName("berth-exec-1.service"), List.of("true"));

  private final CountDownLatch hung = new CountDownLatch(1);
  private Reactor reactor;

  @BeforeEach
  void begin() throws LinuxException {
    reactor = Reactor.start();
  }

  @AfterEach
  void end() {
    hung.countDown();
    reactor.close();
  }

  @Test
  void aContainerThatKeepsItsAnswerToItselfIsGivenUp() throws Exception {
    assertThat(
            run(_ -> {
              awaitTheEnd();
              throw new BusException(BusException.NO_REPLY, "much later");
            }))
        .isInstanceOfSatisfying(
            NotStarted.class, e -> assertThat(e.reason()).isEqualTo(Reason.NO_ANSWER));
  }

  @Test
  void aPausedContainerIsToldAtOnce() throws Exception {
    assertThat(
            run(container -> {
              throw new BusException(MachineBuses.PAUSED, "container " + container + " is paused");
            }))
        .isInstanceOfSatisfying(
            NotStarted.class, e -> assertThat(e.reason()).isEqualTo(Reason.PAUSED));
  }

  private Outcome run(Ground.Finder grounds) throws Exception {
    var sink =
        new PipeReader.Sink() {
          @Override
          public void data(PipeReader reader, byte[] bytes) {}

          @Override
          public void end() {}
        };
    var stdio = PipedStdio.open(new PipeReactor(reactor), false, sink, sink);
    var patience = new Run.Patience(Duration.ofMillis(200), Duration.ofMillis(200));
    var run = new Run(SPEC, grounds, stdio, patience);
    Thread.startVirtualThread(run::go);
    stdio.stdout().resume();
    stdio.stderr().orElseThrow().resume();
    return run.finished().get(10, TimeUnit.SECONDS);
  }

  private void awaitTheEnd() {
    try {
      hung.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package berth.agent.bench;

import berth.agent.linux.Reactor;
import berth.agent.process.ContainerProcesses;
import berth.agent.process.Outcome;
import berth.agent.process.PipeReactor;
import berth.agent.process.PipeReader;
import berth.agent.process.ProcessSpec;
import berth.agent.systemd.MachineBuses;
import berth.agent.systemd.Machines;
import berth.agent.systemd.SystemBus;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.UnitName;
import berth.protocol.CommandId;
import berth.protocol.ContainerName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * Runs {@code true} in a container by StartTransientUnit, once for each line that it reads, and
 * answers each with the microseconds that it took, from the call to the exact exit status.
 */
public final class ExecFloor {
  private ExecFloor() {}

  /** Takes the container's name. Ends with its standard input. */
  public static void main(String[] args)
      throws IOException, InterruptedException, ExecutionException {
    var container = new ContainerName(args[0]);
    try (var reactor = Reactor.start();
        var bus = new SystemBus(reactor);
        var buses = new MachineBuses(reactor, new Machines(bus))) {
      var processes =
          new ContainerProcesses(
              new PipeReactor(reactor), buses, new Machines(bus), new Systemd(bus));
      var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      while (in.readLine() != null) {
        var began = System.nanoTime();
        run(processes, container);
        System.out.println((System.nanoTime() - began) / 1000);
      }
    }
  }

  private static void run(ContainerProcesses processes, ContainerName container)
      throws InterruptedException, ExecutionException {
    var unit = new UnitName("berth-floor-" + CommandId.next() + ".service");
    var spec = ProcessSpec.of(container, unit, List.of("/bin/true"));
    var process = processes.start(spec, new Ignore(), new Ignore());
    process.stdout().resume();
    process.stderr().ifPresent(PipeReader::resume);
    var outcome = process.outcome().get();
    if (!outcome.equals(new Outcome.Exited(0))) {
      throw new IllegalStateException("true ended as " + outcome);
    }
  }

  private record Ignore() implements PipeReader.Sink {
    @Override
    public void data(PipeReader reader, byte[] bytes) {
      // Nothing: true writes nothing.
    }

    @Override
    public void end() {
      // Nothing: the outcome tells.
    }
  }
}

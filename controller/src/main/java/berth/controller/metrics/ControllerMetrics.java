package berth.controller.metrics;

import berth.controller.fleet.HostRegistry;
import berth.controller.model.HostView;
import berth.protocol.state.Presence;
import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/**
 * The controller's own metrics: its JVM, its process and what it does. Names begin with {@code
 * berth_controller_}, but for those of the JVM and the process, which every dashboard knows.
 */
public final class ControllerMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbage = new JvmGcMetrics();

  public ControllerMetrics() {
    new ClassLoaderMetrics().bindTo(registry);
    new JvmInfoMetrics().bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    processorTime();
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    garbage.bindTo(registry);
  }

  /** Under the name that every client library of Prometheus has for it. */
  private void processorTime() {
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    FunctionCounter.builder("process.cpu", system, bean -> bean.getProcessCpuTime() / 1e9)
        .description("Processor time of the process, user and system.")
        .baseUnit("seconds")
        .register(registry);
  }

  /** Where other parts of the controller put theirs. */
  public MeterRegistry registry() {
    return registry;
  }

  /** Shows how many hosts and containers there are. */
  public void watch(HostRegistry fleet) {
    for (var status : Presence.Status.values()) {
      Gauge.builder("berth.controller.hosts", () -> hosts(fleet, status))
          .description("Hosts by whether their agent is connected.")
          .tag("status", status.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
    Gauge.builder("berth.controller.containers", () -> containers(fleet))
        .description("Containers, running or not, as the hosts last told.")
        .register(registry);
  }

  private static long hosts(HostRegistry fleet, Presence.Status status) {
    return fleet.hosts().stream().filter(host -> host.status() == status).count();
  }

  private static long containers(HostRegistry fleet) {
    return fleet.hosts().stream().mapToLong(HostView::containers).sum();
  }

  /** Counts an answer of the API, by the route's path as the table has it. */
  public void answered(String method, String path, int status, Duration took) {
    Timer.builder("berth.controller.http.request.duration")
        .description("Time from a request's head to the end of its answer.")
        .tag("method", method)
        .tag("path", path)
        .tag("status", Integer.toString(status))
        .register(registry)
        .record(took);
  }

  /** All of them as text of a media type that Prometheus knows. Blocks for a moment. */
  public byte[] page(String mediaType) {
    return registry.scrape(mediaType).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    garbage.close();
    registry.close();
  }
}

package berth.controller.api;

import berth.controller.fleet.HostRegistry;
import berth.controller.model.ContainerView;
import berth.controller.model.HostView;
import berth.controller.model.ImageView;
import berth.controller.model.MetricsSample;
import berth.controller.model.PoolView;
import berth.protocol.BerthException;
import berth.protocol.ByteSize;
import berth.protocol.ContainerName;
import berth.protocol.ContainerRef;
import berth.protocol.HostId;
import berth.protocol.ImageName;
import berth.protocol.PoolName;
import berth.protocol.ProblemCode;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.state.ContainerState;
import berth.protocol.state.HostFacts;
import berth.protocol.state.ImageState;
import berth.protocol.state.PoolFeatures;
import berth.protocol.state.PoolFullness;
import berth.protocol.state.PoolState;
import berth.protocol.state.Presence;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Two hosts: lab1 is online with a container and an image, lab2 is offline and bare. */
final class FakeFleet implements HostRegistry {
  static final HostId LAB1 = HostId.of("lab1");
  static final HostId LAB2 = HostId.of("lab2");

  private static final Instant THEN = Instant.parse("2026-11-23T18:00:00Z");
  private static final PoolName POOL = PoolName.of("default");
  private static final ImageName DEBIAN = ImageName.of("debian-13");

  final Map<HostId, MetricsSample> samples = new ConcurrentHashMap<>();

  /** What goes wrong when somebody asks for the hosts; null for nothing. */
  volatile Supplier<RuntimeException> defect;

  @Override
  public List<HostView> hosts() {
    if (defect != null) {
      throw defect.get();
    }
    var size = ByteSize.parse("20G");
    var pool =
        new PoolState(
            POOL,
            PoolState.Layout.BTRFS,
            "/var/lib/machines",
            size,
            ByteSize.of(4096),
            Optional.of(PoolState.Health.OK),
            PoolFullness.NONE,
            Optional.of(new PoolFeatures(true, true, true, false, false, false)));
    return List.of(
        new HostView(
            LAB1,
            Presence.Status.ONLINE,
            Optional.of(THEN),
            "0.1.0",
            Optional.of(facts()),
            List.of(pool),
            1,
            1,
            1),
        new HostView(
            LAB2,
            Presence.Status.OFFLINE,
            Optional.empty(),
            "",
            Optional.empty(),
            List.of(),
            0,
            0,
            0));
  }

  @Override
  public HostView host(HostId host) {
    return hosts().stream()
        .filter(view -> view.host().equals(host))
        .findFirst()
        .orElseThrow(() ->
            new BerthException(
                ProblemCode.NOT_FOUND, "there is no host " + host, "known are lab1, lab2"));
  }

  @Override
  public List<ContainerView> containers(Optional<HostId> host) {
    host.ifPresent(this::host);
    return host.filter(LAB2::equals).isPresent()
        ? List.of()
        : List.of(new ContainerView(LAB1, web()));
  }

  @Override
  public ContainerView container(ContainerRef container) {
    return containers(Optional.of(container.host())).stream()
        .filter(view -> view.container().name().equals(container.container()))
        .findFirst()
        .orElseThrow(() ->
            new BerthException(
                ProblemCode.NOT_FOUND, "there is no container " + container, "look with ls"));
  }

  @Override
  public List<PoolView> pools(Optional<HostId> host) {
    host.ifPresent(this::host);
    return hosts().stream()
        .filter(view -> host.isEmpty() || host.get().equals(view.host()))
        .flatMap(view -> view.pools().stream().map(pool -> new PoolView(view.host(), pool, 1, 1)))
        .toList();
  }

  @Override
  public List<ImageView> images(Optional<HostId> host) {
    host.ifPresent(this::host);
    var image = new ImageState(DEBIAN, POOL, THEN, Optional.of("Debian"), "debootstrap trixie");
    return host.filter(LAB2::equals).isPresent() ? List.of() : List.of(new ImageView(LAB1, image));
  }

  @Override
  public Optional<MetricsSample> metrics(HostId host) {
    return Optional.ofNullable(samples.get(host));
  }

  static ContainerState web() {
    return new ContainerState(
        ContainerName.of("web"),
        ContainerState.Status.READY,
        Optional.of(4711L),
        List.of("10.0.0.2"),
        Optional.of(DEBIAN),
        Optional.of(POOL),
        "/var/lib/machines/web",
        new ContainerState.Limits(
            Optional.of(ByteSize.parse("512M")), Optional.of(1.5), Optional.of(1000L)),
        Optional.of(THEN),
        "systemd-nspawn@web.service",
        Optional.of("Debian GNU/Linux 13 (trixie)"),
        true,
        Optional.of("told for the sake of the test"),
        Optional.of(ContainerSpec.DEFAULT),
        List.of(),
        List.of());
  }

  private static HostFacts facts() {
    return new HostFacts(
        "Debian GNU/Linux 13 (trixie)",
        "debian",
        "6.12.0",
        "x86_64",
        "257",
        "0.1.0",
        2,
        ByteSize.parse("2G"),
        "7a3c6e0e-5b0b-4d53-9a4f-1f7dbd0b4f10",
        THEN,
        List.of("10.10.0.2"));
  }
}

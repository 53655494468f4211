package berth.protocol.spec;

import berth.protocol.Wire;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

/** Specifications, written as people write them. */
final class Specs {
  /** Everything that can be said, each once. */
  static final String RICH =
      """
      description: The shop's front
      labels: {tier: web, example.org/team: shop}
      size: 20GiB
      start: {kind: program, argv: [/usr/bin/httpd, -f, it's here]}
      hostname: shop.example.org
      environment: {LANG: C.UTF-8, GREETING: hello world}
      privateUsers: identity
      network: {kind: zone, name: shop, ports: ["tcp:8080:80", "udp:53:53"]}
      resolvConf: copy-host
      binds:
        - {source: /srv/www, target: /var/www, readOnly: true, idmapped: true}
        - {source: /srv/data}
      tmpfs: [{path: /var/cache, size: 64MiB, mode: "1777"}]
      devices: [{path: /dev/fuse, access: rwm}]
      capabilities: {add: [CAP_NET_ADMIN], drop: [CAP_SYS_BOOT]}
      systemCalls: {allow: ["@keyring", bpf], deny: ["@swap"]}
      readOnly: true
      ephemeral: true
      limits:
        memory: 1GiB
        memoryHigh: 900M
        swap: 0
        cpus: 1.5
        cpuWeight: 200
        tasks: 512
        ioWeight: 50
        ioRead: [{path: /dev/vda, perSecond: 10M}]
        ioWrite: [{path: /srv, perSecond: 5M}]
      restart: on-failure
      restartDelay: 5s
      after: [db]
      startDelay: 10s
      stopTimeout: 2min
      autostart: true
      protected: true
      """;

  private Specs() {}

  static ContainerSpec of(String yaml) {
    return patch(yaml).on(ContainerSpec.DEFAULT);
  }

  static SpecPatch patch(String yaml) {
    try {
      return SpecPatch.of(Wire.json().readTree(new YAMLMapper().readTree(yaml).toString()));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}

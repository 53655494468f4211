package berth.controller.fleet;

import berth.controller.store.Row;
import berth.controller.store.Transaction;
import berth.protocol.HostId;
import berth.protocol.state.Presence;
import berth.protocol.state.Presence.Status;
import java.time.Instant;
import java.util.List;

/** Which hosts there are, and how each stood last. */
final class HostStore {
  /** The largest fleet that is read at start. */
  private static final int MOST_HOSTS = 1_000_000;

  private HostStore() {}

  static List<HostPicture> all(Transaction tx) {
    return tx.query(
        """
        SELECT name, status, since, agent_version, boot_id, epoch, connection FROM host
        ORDER BY name LIMIT ?
        """,
        HostStore::picture,
        MOST_HOSTS);
  }

  static void put(Transaction tx, HostPicture picture, Instant now) {
    tx.execute(
        """
        INSERT INTO host
          (name, first_seen, status, since, agent_version, boot_id, epoch, connection)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET
          status = excluded.status, since = excluded.since,
          agent_version = excluded.agent_version, boot_id = excluded.boot_id,
          epoch = excluded.epoch, connection = excluded.connection
        """,
        picture.host(),
        now,
        picture.recorded(),
        picture.since(),
        picture.presence().map(Presence::agentVersion),
        picture.presence().map(Presence::bootId),
        picture.presence().map(Presence::epoch),
        picture.presence().map(Presence::connection));
  }

  private static HostPicture picture(Row row) {
    var host = new HostId(row.text("name"));
    var status = Status.valueOf(row.text("status"));
    var since = row.timeOrNone("since");
    var presence =
        row.numberOrNone("epoch")
            .map(epoch ->
                new Presence(
                    host,
                    status,
                    row.text("agent_version"),
                    row.text("boot_id"),
                    epoch,
                    row.number("connection"),
                    since.orElse(Instant.EPOCH)));
    return HostPicture.known(host, presence, status, since);
  }
}

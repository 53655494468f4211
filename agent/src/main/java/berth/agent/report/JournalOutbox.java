package berth.agent.report;

import berth.agent.journal.OutboxTable;
import berth.protocol.mqtt.OutboxStore;
import berth.protocol.mqtt.Outgoing;
import java.util.Collection;
import java.util.Optional;

/** Keeps the outbox in the journal's file. Calls wait for the disk, so they belong on a worker. */
public final class JournalOutbox implements OutboxStore {
  private final OutboxTable table;

  public JournalOutbox(OutboxTable table) {
    this.table = table;
  }

  @Override
  public long append(Outgoing message) {
    return table.append(OutgoingBytes.write(message)).join();
  }

  @Override
  public Optional<Stored> next(long after) {
    return table.next(after).map(row -> new Stored(row.place(), OutgoingBytes.read(row.message())));
  }

  @Override
  public void remove(Collection<Long> sequences) {
    table.remove(sequences).join();
  }
}

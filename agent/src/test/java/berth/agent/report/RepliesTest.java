package berth.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import berth.agent.journal.Journal;
import berth.agent.journal.OutboxTable;
import berth.agent.journal.Store;
import berth.protocol.Bytes;
import berth.protocol.CommandId;
import berth.protocol.HostId;
import berth.protocol.OperationId;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import berth.protocol.mqtt.Outgoing;
import berth.protocol.mqtt.Publisher;
import berth.protocol.reply.Reply;
import berth.protocol.reply.ReplyMessage;
import berth.protocol.reply.Result.Done;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepliesTest {
  private static final HostId LAB1 = new HostId("lab1");
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  private static final CommandId COMMAND = CommandId.next();
  private static final OperationId OPERATION = OperationId.next();

  @TempDir Path folder;
  private Store store;
  private Journal journal;
  private Replies replies;

  @BeforeEach
  void open() {
    store = new Store(folder);
    journal = new Journal(store);
    replies = new Replies(LAB1, journal, new Nobody(), () -> {}, InstantSource.fixed(NOW));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void anOutcomeThatIsAskedForComesAsItWasGiven() {
    accept();
    replies.finished(COMMAND, OPERATION, new Reply.Succeeded(new Done())).await();

    replies.again(COMMAND, OPERATION).join();

    var sent = sent();
    assertThat(sent).hasSize(2);
    assertThat(sent.getLast()).isEqualTo(sent.getFirst());
  }

  @Test
  void whatIsUnderWayIsAnsweredByItsEndAlone() {
    accept();

    replies.again(COMMAND, OPERATION).join();

    assertThat(sent()).isEmpty();
  }

  @Test
  void whatTheJournalDoesNotKnowIsInterrupted() {
    replies.again(COMMAND, OPERATION).join();

    assertThat(sent())
        .singleElement()
        .satisfies(message -> {
          assertThat(message.command()).isEqualTo(COMMAND);
          assertThat(message.operation()).isEqualTo(OPERATION);
          assertThat(((Reply.Failed) message.reply()).problem().code())
              .isEqualTo(ProblemCode.INTERRUPTED);
        });
  }

  private void accept() {
    journal
        .write(page -> {
          page.accept(COMMAND, NOW, NOW.plusSeconds(60), Bytes.of("{}"));
          return null;
        })
        .join();
  }

  private List<ReplyMessage> sent() {
    var outbox = new JournalOutbox(new OutboxTable(store));
    var messages = new ArrayList<ReplyMessage>();
    for (var next = outbox.next(0); next.isPresent(); ) {
      var payload = next.get().message().payload().getBytes();
      messages.add(Wire.read(payload, ReplyMessage.class));
      next = outbox.next(next.get().sequence());
    }
    return messages;
  }

  /** What is kept does not go by the publisher. */
  private static final class Nobody implements Publisher {
    @Override
    public Future<Void> publish(Outgoing message) {
      throw new AssertionError("not asked for");
    }

    @Override
    public void whenConnected(Runnable action) {}
  }
}

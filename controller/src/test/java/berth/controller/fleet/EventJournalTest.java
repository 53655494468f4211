package berth.controller.fleet;

import static berth.controller.CoreFixture.LAB1;
import static berth.controller.CoreFixture.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.CoreFixture;
import berth.controller.fleet.EventJournal.Retention;
import berth.controller.model.FleetEvent;
import berth.protocol.event.Event.ContainerRemoved;
import berth.protocol.event.EventMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventJournalTest {
  @TempDir Path folder;
  private CoreFixture core;

  @BeforeEach
  void open() {
    core = new CoreFixture(folder, new Retention(5, Duration.ofDays(2)));
  }

  @AfterEach
  void close() {
    core.close();
  }

  @Test
  void subscribersHearOfEachEventOnceInOrder() {
    var heard = new ArrayList<Long>();
    try (var _ = core.journal.subscribe(event -> heard.add(event.id()))) {
      keep(1, 2, 2, 3);
    }
    keep(4);

    assertThat(heard).isSorted().doesNotHaveDuplicates().hasSize(3);
  }

  @Test
  void aSubscriberThatFailsDoesNotKeepOthersFromHearing() {
    var heard = new ArrayList<FleetEvent>();
    try (var _ =
            core.journal.subscribe(_ -> {
              throw new IllegalStateException("on purpose");
            });
        var _ = core.journal.subscribe(heard::add)) {
      keep(1);
    }

    assertThat(heard).hasSize(1);
  }

  @Test
  void itIsReadFromAnyPlaceAndFromItsEnd() {
    keep(1, 2, 3, 4);

    assertThat(ids(CoreFixture.await(core.journal.after(1, 2)))).containsExactly(2L, 3L);
    assertThat(ids(CoreFixture.await(core.journal.latest(2)))).containsExactly(3L, 4L);
  }

  @Test
  void whatIsTooMuchGoesOldestFirst() {
    keep(1, 2, 3, 4, 5, 6, 7);

    core.on(core.journal::sweep);

    assertThat(all()).containsExactly(3L, 4L, 5L, 6L, 7L);
  }

  @Test
  void whatIsTooOldGoes() {
    keep(1, 2);
    core.clock.forward(Duration.ofDays(1));
    keep(3);
    core.clock.forward(Duration.ofDays(1).plusSeconds(1));

    core.on(core.journal::sweep);

    assertThat(all()).containsExactly(3L);
  }

  @Test
  void anIdIsNeverUsedAgain() {
    keep(1, 2);
    core.clock.forward(Duration.ofDays(3));
    core.on(core.journal::sweep);

    keep(3);

    assertThat(all()).containsExactly(3L);
  }

  private void keep(long... sequences) {
    for (var sequence : sequences) {
      var event = new EventMessage(LAB1, 1, sequence, Instant.EPOCH, new ContainerRemoved(WEB));
      core.on(() -> core.journal.keep(event));
    }
  }

  private List<Long> all() {
    return ids(CoreFixture.await(core.journal.latest(100)));
  }

  private static List<Long> ids(List<FleetEvent> events) {
    return events.stream().map(FleetEvent::id).toList();
  }
}

package berth.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UndoTest {
  private final List<String> undone = new ArrayList<>();

  @Test
  void theNewestIsTakenBackFirst() {
    try (var undo = new Undo()) {
      undo.add(() -> undone.add("first"));
      undo.add(() -> undone.add("second"));
    }
    assertThat(undone).containsExactly("second", "first");
  }

  @Test
  void nothingIsTakenBackOfWhatWentWell() {
    try (var undo = new Undo()) {
      undo.add(() -> undone.add("first"));
      undo.keep();
    }
    assertThat(undone).isEmpty();
  }

  @Test
  void aStepThatCannotBeTakenBackDoesNotKeepTheOthers() {
    try (var undo = new Undo()) {
      undo.add(() -> undone.add("first"));
      undo.add(() -> {
        throw new IOException("busy");
      });
    }
    assertThat(undone).containsExactly("first");
  }
}

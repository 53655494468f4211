package berth.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.protocol.command.Command;
import berth.protocol.command.ContainerCommand.CreateContainer;
import berth.protocol.command.ProcessCommand.Exec;
import berth.protocol.state.PoolFullness;
import berth.protocol.state.PoolState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WireTest {

  static Stream<Class<?>> messages() {
    return Messages.all();
  }

  @ParameterizedTest
  @MethodSource("messages")
  void everyMessageReadsAndWritesItsFixtureUnchanged(Class<?> type) throws IOException {
    var fixture = Messages.fixture(type);
    var message = Wire.read(fixture, Messages.declared(type));
    assertThat(message).isInstanceOf(type);
    assertThat(Wire.json().readTree(Wire.write(message))).isEqualTo(Wire.json().readTree(fixture));
  }

  @Test
  void unknownFieldsAreIgnored() {
    var command = read("{'kind':'report-state','since':'tomorrow'}");
    assertThat(Wire.kind(command.getClass())).isEqualTo("report-state");
  }

  @Test
  void optionalFieldsMayBeMissingOrNull() {
    var create =
        (CreateContainer)
            read("{'kind':'create-container','container':'web','image':'i','pool':null}");
    assertThat(create.pool()).isEmpty();
    assertThat(create.start()).isEmpty();
    var exec = (Exec) read("{'kind':'exec','container':'web','argv':['true']}");
    assertThat(exec.stdin()).isFalse();
    assertThat(exec.environment()).isEmpty();
  }

  @Test
  void aPoolOfAnOlderAgentIsOneOfWhichLessIsKnown() {
    var pool =
        "{'name':'default','layout':'BTRFS','path':'/var/lib/machines','size':2,'used':1}"
            .replace('\'', '"')
            .getBytes(StandardCharsets.UTF_8);
    var state = Wire.read(pool, PoolState.class);
    assertThat(state.health()).isEmpty();
    assertThat(state.fullness()).isEqualTo(PoolFullness.NONE);
    assertThat(state.features()).isEmpty();
  }

  @Test
  void anUnknownKindIsUnsupportedAndNamed() {
    assertProblem(
        () -> read("{'kind':'teleport-container','container':'web'}"),
        ProblemCode.UNSUPPORTED,
        "unknown kind \"teleport-container\"");
  }

  @Test
  void aMissingKindIsInvalid() {
    assertProblem(() -> read("{'container':'web'}"), ProblemCode.INVALID, "no kind given");
  }

  @Test
  void aBadNameIsInvalidAndToldWithItsPlaceAndRule() {
    assertProblem(
        () -> read("{'kind':'start-container','container':'../etc'}"),
        ProblemCode.INVALID,
        "container: bad container name \"../etc\": 1 to 64 of");
  }

  @Test
  void aMissingFieldIsInvalidAndNamed() {
    assertProblem(
        () -> read("{'kind':'start-container'}"), ProblemCode.INVALID, "missing container");
  }

  @Test
  void whatIsNoJsonIsInvalid() {
    assertProblem(() -> read("{'kind':"), ProblemCode.INVALID, "");
    assertProblem(() -> read("hello"), ProblemCode.INVALID, "not JSON");
    assertProblem(() -> read("null"), ProblemCode.INVALID, "null is no command");
    assertProblem(() -> read("{'kind':'report-state'} x"), ProblemCode.INVALID, "");
  }

  @Test
  void theHeaderOfAnUnknownCommandCanStillBeRead() throws IOException {
    var json =
        new String(Messages.fixture(Envelope.class), StandardCharsets.UTF_8)
            .replace("start-container", "teleport");
    var bytes = json.getBytes(StandardCharsets.UTF_8);
    assertProblem(
        () -> Wire.read(bytes, Envelope.class), ProblemCode.UNSUPPORTED, "command: unknown kind");
    assertThat(Wire.read(bytes, Envelope.Header.class).host()).isEqualTo(new HostId("lab1"));
  }

  private static Command read(String json) {
    return Wire.read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), Command.class);
  }

  private static void assertProblem(ThrowingCallable call, ProblemCode code, String part) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            BerthException.class,
            e -> {
              assertThat(e.problem().code()).isEqualTo(code);
              assertThat(e.problem().message()).contains(part);
            });
  }
}

package berth.agent.exec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TailTest {
  private static final int MOST = 64 * 1024;

  @Test
  void allIsKeptAsLongAsItIsLittle() {
    var tail = new Tail();
    tail.add("one ".getBytes(UTF_8));
    tail.add(new byte[0]);
    tail.add("two".getBytes(UTF_8));
    assertThat(tail.bytes().text()).isEqualTo("one two");
  }

  @Test
  void ofMoreTheLastIsKeptHoweverItCame() {
    var random = new Random(1);
    var tail = new Tail();
    var all = new ByteArrayOutputStream();
    for (int i = 0; i < 200; i++) {
      var piece = new byte[random.nextInt(i % 40 == 0 ? 3 * MOST : 5000)];
      random.nextBytes(piece);
      tail.add(piece);
      all.writeBytes(piece);
      var bytes = all.toByteArray();
      var last = Arrays.copyOfRange(bytes, Math.max(0, bytes.length - MOST), bytes.length);
      assertThat(tail.bytes().array()).isEqualTo(last);
    }
  }
}

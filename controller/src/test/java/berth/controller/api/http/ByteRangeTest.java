package berth.controller.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import berth.controller.api.http.ByteRange.Asked;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
  @ParameterizedTest
  @CsvSource({
    "bytes=0-9,0,10",
    "bytes=0-0,0,1",
    "bytes=10-,10,90",
    "bytes=90-1000,90,10",
    "bytes=-5,95,5",
    "bytes=-500,0,100",
    "bytes=99-,99,1",
  })
  void aPartIsCutToTheFile(String header, long first, long length) {
    assertThat(ByteRange.of(Optional.of(header), 100))
        .isEqualTo(new Asked.Part(new ByteRange(first, length)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=100-", "bytes=1000-2000", "bytes=-0"})
  void aPartThatIsNotThereIsTold(String header) {
    assertThat(ByteRange.of(Optional.of(header), 100)).isEqualTo(new Asked.Unsatisfiable());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,5-6", "lines=1-2", "bytes=a-b"})
  void whatCannotBeReadMeansTheWhole(String header) {
    assertThat(ByteRange.of(Optional.of(header), 100)).isEqualTo(new Asked.Whole());
  }
}

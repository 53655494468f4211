package berth.controller.lab.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AptSourcesTest {
  private static final String STANZAS =
      """
      Types: deb deb-src
      # a comment between fields
      URIs: http://mirror.example/debian
      Suites: bookworm
       bookworm-updates
      Components: main contrib
      Signed-By: /usr/share/keyrings/some.gpg

      Types: deb
      URIs: http://mirror.example/debian-security/
      Suites: bookworm-security
      Components: main

      Types: deb
      Enabled: no
      URIs: http://off.example/debian
      Suites: bookworm
      Components: main
      """;

  @Test
  void stanzasWithContinuationLinesCommentsAndDisabledOnesAreRead() {
    assertThat(AptSources.deb822(STANZAS))
        .containsExactly(
            new AptSource(
                "http://mirror.example/debian",
                List.of("bookworm", "bookworm-updates"),
                List.of("main", "contrib"),
                Optional.of("/usr/share/keyrings/some.gpg")),
            new AptSource(
                "http://mirror.example/debian-security/",
                List.of("bookworm-security"),
                List.of("main"),
                Optional.empty()));
  }

  @Test
  void linesWithAndWithoutOptionsAreReadAndSourcePackagesPassedOver() {
    var text =
        """
        # deb http://off.example/debian bookworm main
        deb [arch=amd64 signed-by=/k.gpg] https://a.example/debian trixie main contrib # why
        deb-src https://a.example/debian trixie main
        deb\thttp://b.example/debian trixie-updates main
        """;

    assertThat(AptSources.oneLine(text))
        .containsExactly(
            new AptSource(
                "https://a.example/debian",
                List.of("trixie"),
                List.of("main", "contrib"),
                Optional.of("/k.gpg")),
            new AptSource(
                "http://b.example/debian",
                List.of("trixie-updates"),
                List.of("main"),
                Optional.empty()));
  }

  @Test
  void anEmbeddedKeyIsNoKeyring() {
    var text =
        """
        Types: deb
        URIs: http://a.example/debian
        Suites: sid
        Components: main
        Signed-By:
         -----BEGIN PGP PUBLIC KEY BLOCK-----
         .
         abc
        """;

    assertThat(AptSources.deb822(text).getFirst().signedBy()).isEmpty();
  }

  @Test
  void aReleaseComesFromTheArchivesThatTheMachineItselfUses(@TempDir Path apt) throws IOException {
    Files.createDirectories(apt.resolve("sources.list.d"));
    Files.writeString(apt.resolve("sources.list.d/debian.sources"), STANZAS);
    Files.writeString(
        apt.resolve("sources.list.d/other.list"), "deb http://other.example/tool stable main\n");

    var sources = AptSources.read(apt).of(Release.TRIXIE, Optional.empty());

    assertThat(sources)
        .extracting(AptSource::uri)
        .containsExactly("http://mirror.example/debian", "http://mirror.example/debian-security/");
    assertThat(sources.getFirst().lines())
        .containsExactly(
            "deb [signed-by=/usr/share/keyrings/some.gpg] http://mirror.example/debian trixie"
                + " main");
    assertThat(sources.getLast().suites()).containsExactly("trixie-security");
  }

  @Test
  void aNamedMirrorIsTheOnlySource() {
    var sources =
        new AptSources(AptSources.deb822(STANZAS))
            .of(Release.BOOKWORM, Optional.of("http://near.example/debian"));

    assertThat(sources)
        .singleElement()
        .extracting(AptSource::uri)
        .isEqualTo("http://near.example/debian");
  }

  @Test
  void aMachineWithoutAptTakesDebiansOwnArchive(@TempDir Path nothing) {
    assertThat(AptSources.read(nothing).of(Release.SID, Optional.empty()))
        .singleElement()
        .extracting(AptSource::uri)
        .isEqualTo("http://deb.debian.org/debian");
  }

  @Test
  void proxiesAndDateChecksAreTakenOver() {
    var dump =
        """
        Acquire::Check-Valid-Until "false";
        Acquire::http::Proxy "http://proxy.example:3128";
        Acquire::https::Proxy "";
        Acquire::Languages "none";
        """;

    assertThat(AptSettings.needed(dump))
        .containsExactly(
            "Acquire::Check-Valid-Until \"false\"",
            "Acquire::http::Proxy \"http://proxy.example:3128\"");
  }
}

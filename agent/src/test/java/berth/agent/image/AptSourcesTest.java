package berth.agent.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AptSourcesTest {
  @TempDir Path etc;

  @Test
  void theMirrorIsWhereTheHostGetsItsOwnReleaseFrom() throws Exception {
    write(
        "sources.list",
        """
        # deb http://old.example/debian trixie main
        deb https://packages.example/tool stable main
        deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian trixie main contrib
        deb http://mirror.example/security trixie-security main
        """);
    assertThat(new AptSources(etc).mirrorOf("trixie"))
        .contains(URI.create("http://mirror.example/debian"));
  }

  @Test
  void paragraphsAreReadToo() throws Exception {
    write(
        "sources.list.d/debian.sources",
        """
        Types: deb
        URIs: http://off.example/debian
        Suites: bookworm
        Enabled: no

        # the real one
        Types: deb deb-src
        URIs: http://mirror.example/debian
        Suites: bookworm bookworm-updates
        Components: main
        """);
    assertThat(new AptSources(etc).mirrorOf("bookworm"))
        .contains(URI.create("http://mirror.example/debian"));
  }

  @Test
  void aHostWithoutSourcesHasNone() throws Exception {
    assertThat(new AptSources(etc).mirrorOf("trixie")).isEmpty();
    write("sources.list", "deb cdrom:[Debian]/ trixie main\ndeb\n\u00ff\n");
    assertThat(new AptSources(etc).mirrorOf("trixie")).isEmpty();
  }

  private void write(String name, String text) throws Exception {
    var file = etc.resolve("apt").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}

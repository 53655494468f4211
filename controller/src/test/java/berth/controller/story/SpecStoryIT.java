package berth.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a container shall be, from a document to the host and back. */
@ExtendWith(Story.Extension.class)
class SpecStoryIT {
  private static final String SETTINGS = "/etc/systemd/nspawn/shop.nspawn";
  private static final String DOCUMENT =
      """
      image: guest
      description: The shop
      labels: {tier: web}
      hostname: front
      environment: {COLOUR: deep red}
      binds: [{source: /srv, target: /mnt/host, readOnly: true}]
      limits: {cpus: 1.5}
      """;

  @AfterEach
  void leaveNothing(Story story) {
    story.berth().run("set", "--force", "lab1/shop", "protected=false");
    story.ok("rm", "--force", "lab1/shop", "lab1/copy");
  }

  @Test
  void aDocumentMakesAContainerAndComesBackFromIt(Story story) {
    story.host("lab1").run("mkdir", "-p", "/srv");
    var created = story.berth().feed(DOCUMENT, "create", "lab1/shop", "-f", "-", "--wait", "ready");
    assertThat(created.exit()).as(created.err()).isZero();
    assertThat(story.ok("exec", "lab1/shop", "--", "hostname").out()).isEqualTo("front\n");

    var shown = story.ok("show", "lab1/shop", "-o", "yaml").out();
    assertThat(shown).contains("image: guest", "hostname: front", "COLOUR: deep red", "cpus: 1.5");
    var copy = story.berth().feed(shown, "create", "lab1/copy", "-f", "-");
    assertThat(copy.exit()).as(copy.err()).isZero();
    assertThat(story.ok("show", "lab1/copy", "-o", "yaml").out()).isEqualTo(shown);
  }

  @Test
  void aChangeIsToldAndAnEditByHandIsNotLost(Story story) {
    var created = story.berth().feed(DOCUMENT, "create", "lab1/shop", "-f", "-", "--wait", "ready");
    assertThat(created.exit()).as(created.err()).isZero();
    var set = story.ok("set", "lab1/shop", "hostname=other", "labels.tier=", "protected=true");
    assertThat(set.err()).contains("warning: hostname waits for a restart");
    assertThat(story.berth().run("set", "lab1/shop", "limits.memroy=1G").err())
        .contains("limits.memroy");

    var refused = story.berth().run("rm", "--force", "lab1/shop");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("protected=false");

    var host = story.host("lab1");
    assertThat(host.run("sed", "-i", "s/^Hostname=.*/Hostname=mine/", SETTINGS).exit()).isZero();
    Story.until(
        "the drift is shown",
        () -> story.ok("show", "lab1/shop").out().contains(SETTINGS + " Exec.Hostname"));
    var conflict = story.berth().run("set", "lab1/shop", "labels.a=b");
    assertThat(conflict.err()).contains(SETTINGS, "Exec.Hostname");
    story.ok("adopt", "lab1/shop");
    assertThat(story.ok("show", "lab1/shop", "-o", "yaml").out())
        .contains("hostname: mine")
        .doesNotContain("tier");
  }
}

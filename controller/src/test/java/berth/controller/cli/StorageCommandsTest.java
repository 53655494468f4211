package berth.controller.cli;

import static berth.controller.cli.Told.done;
import static berth.controller.cli.Told.operation;
import static berth.controller.cli.Told.target;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code berth snapshot} and {@code berth pool}. */
class StorageCommandsTest {
  private FakeController controller;

  @BeforeEach
  void start() throws IOException {
    controller = new FakeController();
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  @Test
  void aSnapshotIsNamedBehindItsContainersOrByTheTime() {
    var result =
        ",'result':{'kind':'snapshot-result','container':'web','snapshot':{'name':'s1',"
            + "'created':'2026-11-23T10:00:00Z','protected':false}}";
    var made = operation("SUCCEEDED", 2, target("SUCCEEDED", result));
    controller
        .on("POST hosts/lab1/containers/web/snapshots", 202, made)
        .on("POST hosts/lab1/containers/db/snapshots", 202, made);
    assertThat(
            controller.run(
                "snapshot",
                "create",
                "lab1/web",
                "lab1/db",
                "s1",
                "--expires",
                "7d",
                "--comment",
                "why"))
        .isZero();
    assertThat(controller.run("snapshot", "create", "lab1/web", "--protect")).isZero();
    assertThat(controller.out()).contains("lab1/web has snapshot s1");
    assertThat(controller.requests)
        .hasSize(3)
        .startsWith(
            "POST hosts/lab1/containers/web/snapshots"
                + " {\"comment\":\"why\",\"expiresAfter\":\"PT168H\",\"name\":\"s1\"}",
            "POST hosts/lab1/containers/db/snapshots"
                + " {\"comment\":\"why\",\"expiresAfter\":\"PT168H\",\"name\":\"s1\"}");
    assertThat(controller.requests.getLast())
        .matches(
            "POST hosts/lab1/containers/web/snapshots"
                + " \\{\"name\":\"\\d{8}-\\d{6}\",\"protected\":true}");
  }

  @Test
  void snapshotsAreListedForPeopleAndForScripts() {
    controller.on(
        "GET hosts/lab1/containers/web/snapshots",
        200,
        "{'host':'lab1','container':'web','snapshots':[{'name':'s1','comment':'why',"
            + "'created':'2026-11-23T10:00:00Z','protected':true}]}");
    assertThat(controller.run("snapshot", "ls", "lab1/web")).isZero();
    assertThat(controller.out()).contains("SNAPSHOT", "lab1/web", "s1", "yes", "why");
    controller.out.reset();
    assertThat(controller.run("snapshot", "ls", "lab1/web", "-o", "json")).isZero();
    assertThat(controller.out()).startsWith("[").contains("\"snapshots\"");
  }

  @Test
  void aRestoreAndARemovalNameTheirSnapshots() {
    controller
        .on(
            "POST hosts/lab1/containers/web/snapshots/s1/restore",
            202,
            operation("SUCCEEDED", 2, done()))
        .on(
            "DELETE hosts/lab1/containers/web/snapshots/s1?force=true",
            202,
            operation("SUCCEEDED", 2, done()))
        .on(
            "DELETE hosts/lab1/containers/web/snapshots/s2?force=true",
            202,
            operation("SUCCEEDED", 2, done()))
        .on(
            "DELETE hosts/lab1/containers/web/snapshots/s3?force=true",
            404,
            "{'code':'NOT_FOUND','detail':'no s3'}");
    assertThat(controller.run("snapshot", "restore", "lab1/web", "s1")).isZero();
    assertThat(controller.out()).contains("done");
    assertThat(controller.run("snapshot", "rm", "--force", "lab1/web", "s1", "s2")).isZero();
    assertThat(controller.requests).hasSize(3);
    assertThat(controller.run("snapshot", "rm", "--force", "lab1/web", "s1", "s3", "s2"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(controller.err()).contains("s3");
    assertThat(controller.requests).last().asString().contains("snapshots/s2");
  }

  @Test
  void aRemovalTellsHowManySnapshotsWentWithIt() {
    var result = ",'result':{'kind':'removal-result','container':'web','snapshots':2}";
    controller.on(
        "DELETE hosts/lab1/containers/web?force=false",
        202,
        operation("SUCCEEDED", 2, target("SUCCEEDED", result)));
    assertThat(controller.run("rm", "lab1/web")).isZero();
    assertThat(controller.out()).contains("done, with 2 snapshots");
  }

  @Test
  void poolsAreShownWithHowFullTheyAre() {
    var pool =
        "{'pools':[{'host':'lab1','containers':1,'images':0,'pool':{'name':'default',"
            + "'layout':'BTRFS','path':'/var/lib/machines','size':1073741824,'used':268435456}}]}";
    controller.on("GET pools", 200, pool);
    controller.on("GET pools?host=lab1", 200, pool);
    controller.on("GET containers?host=lab1", 200, "{'containers':[]}");
    controller.on("GET images?host=lab1", 200, "{'images':[]}");

    assertThat(controller.run("pool", "ls")).isZero();
    assertThat(controller.out())
        .contains("lab1/default  btrfs", "1.0 GiB", "256.0 MiB", "768.0 MiB", "25%");
    controller.out.reset();
    assertThat(controller.run("pool", "show", "lab1/default")).isZero();
    assertThat(controller.out()).contains("Used:       256.0 MiB (25%)", "/var/lib/machines");
    assertThat(controller.run("pool", "show", "lab1/other")).isEqualTo(ExitCode.FAILED);
    assertThat(controller.err()).contains("no pool \"other\"", "there are: default");
    assertThat(controller.run("pool", "show", "lab1")).isEqualTo(ExitCode.USAGE);
    assertThat(controller.err()).contains("write HOST/POOL");
  }

  @Test
  void aPoolThatIsNearlyFullIsShownWithWhatOfAndWithWhatItCanDo() {
    var pool =
        "{'pools':[{'host':'lab1','containers':0,'images':0,'pool':{'name':'default',"
            + "'layout':'LVM_THIN','path':'/var/lib/machines','size':1073741824,'used':268435456,"
            + "'health':'NEARLY_FULL','fullness':{'data':0.25,'metadata':0.8421},'features':{"
            + "'copyOnWrite':true,'sizeLimit':true,'growOnline':true}}}]}";
    controller.on("GET pools", 200, pool);
    controller.on("GET pools?host=lab1", 200, pool);
    controller.on("GET containers?host=lab1", 200, "{'containers':[]}");
    controller.on("GET images?host=lab1", 200, "{'images':[]}");

    assertThat(controller.run("pool", "ls")).isZero();
    assertThat(controller.out()).contains("USED%  HEALTH", "25%    nearly full: metadata 84%");
    controller.out.reset();
    assertThat(controller.run("pool", "show", "lab1/default")).isZero();
    assertThat(controller.out())
        .contains(
            "Health:     nearly full: metadata 84%",
            "Fullness:   data 25%, metadata 84%",
            "Can:        clone without copying, limit sizes, grow them while running",
            "Can't:      snapshot running containers, snapshot stopped ones, shrink them");
  }

  @Test
  void anEventOfAPoolTellsWhatIsFull() {
    controller.on(
        "GET events?limit=20",
        200,
        "{'events':[{'id':7,'at':'2026-11-23T10:15:30Z','host':'lab1','kind':'pool-full','body':{"
            + "'pool':{'name':'default','fullness':{'data':0.96,'inodes':0.1}}}}]}");
    assertThat(controller.run("events")).isZero();
    assertThat(controller.out()).contains("lab1  pool-full  default: data 96%, inodes 10%");
  }
}

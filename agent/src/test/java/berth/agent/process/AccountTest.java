package berth.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AccountTest {
  private static final String PASSWD =
      """
      root:x:0:0:root:/root:/bin/sh
      alice:x:1000:1001::/home/alice:/bin/sh
      lost:x:1002:none::/home/lost:/bin/sh
      far:x:99999999999:0::/:/bin/sh
      last:x:4294967295:0::/:/bin/sh
      odd:x:1003:1003::relative:/bin/sh
      """;
  private static final String GROUP = "audio:x:29:bob,alice\nx\nnone:x:y:alice\nalice:x:1001:\n";

  @Test
  void aNameIsLookedUpWithItsGroups() {
    assertThat(Account.find("alice", PASSWD, GROUP))
        .contains(new Account("alice", 1000, 1001, List.of(29L), "/home/alice"));
  }

  @Test
  void aNumberIsTheUserThatHasIt() {
    assertThat(Account.find("1000", PASSWD, GROUP)).map(Account::name).contains("alice");
  }

  @Test
  void aNumberThatNobodyHasIsItself() {
    assertThat(Account.find("4242", PASSWD, GROUP))
        .contains(new Account("4242", 4242, 4242, List.of(), "/"));
  }

  @Test
  void rootNeedsNoFile() {
    assertThat(Account.find("root", "", "")).contains(Account.ROOT);
  }

  @Test
  void whatIsNoNumberIsNobody() {
    for (var name : List.of("nosuch", "lost", "far", "last", "99999999999", "4294967295", "")) {
      assertThat(Account.find(name, PASSWD, GROUP)).as(name).isEmpty();
    }
  }

  @Test
  void aHomeThatIsNoPathIsTheRoot() {
    assertThat(Account.find("odd", PASSWD, GROUP)).map(Account::home).contains("/");
  }
}

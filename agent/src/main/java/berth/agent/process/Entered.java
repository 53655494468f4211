package berth.agent.process;

import berth.agent.linux.Fd;
import berth.agent.linux.LinuxException;
import berth.agent.linux.ProcessGroup;
import berth.agent.linux.RootedFiles;
import berth.agent.process.Outcome.Reason;
import berth.agent.systemd.Cgroup;
import berth.agent.systemd.JobResult;
import berth.agent.systemd.Properties;
import berth.agent.systemd.Systemd;
import berth.agent.systemd.TransientUnit;
import berth.protocol.ContainerName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The host's systemd runs the program, which enters the container by nsenter(1): the way into one
 * that has no systemd or no D-Bus. What is opened on the way is opened by handles, so that nothing
 * in the container decides where the way leads; and the program is put into a control group below
 * the container's, so that its limits hold, and its stop ends the program.
 */
final class Entered implements Ground {
  private static final int PASSWD = 256 << 10;

  /** What nsenter needs to enter with no more rights than the container has (capabilities(7)). */
  private static final List<Integer> TO_ENTER = List.of(18, 21); // SYS_CHROOT, SYS_ADMIN

  private static final List<Integer> TO_BE_ANOTHER = List.of(6, 7); // SETGID, SETUID

  private final ContainerName container;
  private final Systemd host;
  private final Leader leader;
  private final Optional<Cgroup> payload;
  private final String why;
  private final List<Fd> lent = new ArrayList<>();

  /**
   * @param host the host's own service manager
   * @param leader owned from now on
   * @param payload the control group of what runs in the container, where it has one
   * @param why it is not run by the container's own systemd
   */
  Entered(
      ContainerName container, Systemd host, Leader leader, Optional<Cgroup> payload, String why) {
    this.container = container;
    this.host = host;
    this.leader = leader;
    this.payload = payload;
    this.why = why;
  }

  @Override
  public Systemd systemd() {
    return host;
  }

  /** The host's bus is connected to again by itself. */
  @Override
  public Ground again() {
    return this;
  }

  @Override
  public void give(Stdio stdio) throws LinuxException {
    stdio.give(leader.onHost(0).orElse(0L));
  }

  @Override
  public TransientUnit unit(ProcessSpec spec, Stdio stdio) throws NoWay {
    try (var root = leader.root()) {
      var account = account(root, spec.user().orElse("root"));
      requireRights(account);
      var entry =
          new Entry(
              leader,
              account,
              directory(root, spec.directory()),
              payload.map(group -> group.folder().resolve(spec.unit().value())),
              terminal(stdio, account),
              variables(root, spec));
      return entry.unit(spec, stdio);
    } catch (IOException e) {
      throw new NoWay(
          Reason.REFUSED, "the container " + container + " can't be entered: " + e.getMessage());
    }
  }

  @Override
  public Outcome ended(ProcessSpec spec, Properties end) {
    return Endings.ofStarted(spec, end);
  }

  @Override
  public Outcome notStarted(ProcessSpec spec, JobResult job, Properties end) {
    return new Outcome.NotStarted(
        Reason.REFUSED,
        "the host's systemd did not start what enters the container: job "
            + job
            + ", exit status "
            + end.number("ExecMainStatus"));
  }

  /** What waits for the program outside is left alone: it tells how the program ended. */
  @Override
  public void signal(ProcessSpec spec, int number) {
    var waiting = host.status(spec.unit()).mainPid();
    payload
        .map(group -> new Cgroup(group.folder().resolve(spec.unit().value())))
        .ifPresent(group ->
            group.processes().stream()
                .filter(pid -> pid != waiting)
                .forEach(pid -> ProcessGroup.signalOne(pid, number)));
  }

  @Override
  public boolean isEnding() {
    return !leader.isAlive();
  }

  @Override
  public Optional<String> note() {
    return Optional.of(
        "reduced isolation: "
            + why
            + ", so the program came in from the host: in the container's namespaces"
            + (payload.isPresent() ? ", control group" : "")
            + " and capabilities, but by Berth's system-call filter and not by its own");
  }

  @Override
  public void close() {
    lent.forEach(Fd::close);
    leader.close();
  }

  private Account account(RootedFiles root, String user) throws IOException, NoWay {
    var passwd = root.read("etc/passwd", PASSWD).orElse("");
    var group = root.read("etc/group", PASSWD).orElse("");
    var account =
        Account.find(user, passwd, group)
            .orElseThrow(() -> new NoWay(Reason.NO_SUCH_USER, "no user " + user));
    if (leader.onHost(account.uid()).isEmpty() || leader.onHost(account.gid()).isEmpty()) {
      throw new NoWay(
          Reason.NO_SUCH_USER,
          "the user " + user + " is none of the numbers that the container has");
    }
    return account;
  }

  private void requireRights(Account account) throws NoWay {
    var there = leader.capabilities();
    if (!leader.isAlive()) {
      throw new NoWay(Reason.NOT_RUNNING, "the container " + container + " ended meanwhile");
    }
    if (!there.containsAll(TO_ENTER) || (account.uid() != 0 && !there.containsAll(TO_BE_ANOTHER))) {
      throw new NoWay(
          Reason.REFUSED,
          why
              + ", and may not do what entering it takes: the capabilities CAP_SYS_ADMIN and"
              + " CAP_SYS_CHROOT, and for another user than root CAP_SETUID and CAP_SETGID");
    }
  }

  private Optional<Fd> directory(RootedFiles root, Optional<String> path)
      throws IOException, NoWay {
    if (path.isEmpty()) {
      return Optional.empty();
    }
    var directory = root.directory(path.get());
    directory.ifPresent(lent::add);
    if (directory.isEmpty()) {
      throw new NoWay(Reason.NO_SUCH_DIRECTORY, "no directory " + path.get());
    }
    return directory;
  }

  private Optional<Fd> terminal(Stdio stdio, Account account) throws LinuxException {
    var terminal = stdio.terminal();
    if (terminal.isPresent()) {
      lent.add(terminal.get());
      terminal.get().chown(leader.onHost(account.uid()).orElseThrow(), Fd.UNCHANGED);
    }
    return terminal;
  }

  /**
   * What is asked for beside the usual variables is given by the container's own env(1): the host's
   * programs on the way must not see it, as it may say which libraries they load.
   */
  private static List<String> variables(RootedFiles root, ProcessSpec spec)
      throws IOException, NoWay {
    if (spec.environment().isEmpty()) {
      return List.of();
    }
    for (var env : List.of(List.of("/usr/bin/env"), List.of("/bin/env"), Entry.BUSYBOX_ENV)) {
      if (root.hasFile(Path.of("/").relativize(Path.of(env.getFirst())).toString())) {
        var all = new ArrayList<>(env);
        spec.environment().forEach((name, value) -> all.add(name + "=" + value));
        return all;
      }
    }
    throw new NoWay(
        Reason.REFUSED, "the container has no env program, which giving variables takes");
  }
}

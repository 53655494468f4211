package berth.agent.container;

import berth.agent.container.identity.Identity;
import berth.agent.dispatch.Job;
import berth.agent.dispatch.Performer;
import berth.agent.storage.Pools;
import berth.agent.storage.StorageFailure;
import berth.agent.storage.Undo;
import berth.agent.systemd.dbus.BusException;
import berth.protocol.BerthException;
import berth.protocol.ContainerName;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.command.ContainerCommand;
import berth.protocol.command.ContainerCommand.AdoptContainer;
import berth.protocol.command.ContainerCommand.CloneContainer;
import berth.protocol.command.ContainerCommand.CreateContainer;
import berth.protocol.command.ContainerCommand.CreateSnapshot;
import berth.protocol.command.ContainerCommand.ImportContainer;
import berth.protocol.command.ContainerCommand.KillContainer;
import berth.protocol.command.ContainerCommand.PauseContainer;
import berth.protocol.command.ContainerCommand.RebootContainer;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.ContainerCommand.RemoveSnapshot;
import berth.protocol.command.ContainerCommand.RenameContainer;
import berth.protocol.command.ContainerCommand.RestartContainer;
import berth.protocol.command.ContainerCommand.RestoreSnapshot;
import berth.protocol.command.ContainerCommand.ResumeContainer;
import berth.protocol.command.ContainerCommand.SetContainer;
import berth.protocol.command.ContainerCommand.StartContainer;
import berth.protocol.command.ContainerCommand.StopContainer;
import berth.protocol.command.WaitFor;
import berth.protocol.reply.Result;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.state.ContainerState;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes, starts, stops and removes containers, and all else that is done to them. Each command is
 * safe to repeat: it finds what its earlier attempt has done.
 */
public final class Containers implements Performer<ContainerCommand> {
  private static final Logger LOG = LoggerFactory.getLogger(Containers.class);

  private final Pools pools;
  private final Settings settings;
  private final Place place;
  private final Starter starter;
  private final Removal removal;
  private final Signals signals;
  private final Reboot reboot;
  private final Freezer freezer;
  private final Cloning cloning;
  private final Renaming renaming;
  private final ContainerPicture picture;
  private final Shaper shaper;
  private final Snapshots snapshots;
  private final Imports imports;

  Containers(
      Pools pools,
      Settings settings,
      Shaper shaper,
      Place place,
      Starter starter,
      Removal removal,
      Signals signals,
      Reboot reboot,
      Freezer freezer,
      Cloning cloning,
      Renaming renaming,
      Snapshots snapshots,
      Imports imports,
      ContainerPicture picture) {
    this.pools = pools;
    this.settings = settings;
    this.place = place;
    this.starter = starter;
    this.removal = removal;
    this.signals = signals;
    this.reboot = reboot;
    this.freezer = freezer;
    this.cloning = cloning;
    this.renaming = renaming;
    this.picture = picture;
    this.shaper = shaper;
    this.snapshots = snapshots;
    this.imports = imports;
  }

  @Override
  public Result perform(ContainerCommand command, Job job) {
    Optional<Result> result = Optional.empty();
    try {
      result = Optional.of(work(command, job));
      return result.get();
    } catch (IOException e) {
      throw StorageFailure.of("work on the container " + command.container(), e);
    } catch (BusException e) {
      throw told(e);
    } finally {
      if (result.filter(Containers::isAsSeen).isEmpty()) {
        lookAt(command.container()); // else the result is what was seen just now
      }
    }
  }

  private static boolean isAsSeen(Result result) {
    return result instanceof Result.ContainerResult || result instanceof Result.ImportResult;
  }

  private Result work(ContainerCommand command, Job job) throws IOException {
    return switch (command) {
      case CreateContainer create -> create(create, job);
      case StartContainer(var name, var until) -> start(name, until, job);
      case StopContainer(var name, var limit) -> {
        require(name);
        starter.stop(name, limit, job);
        yield now(name);
      }
      case RestartContainer(var name, var until) -> restart(name, until, job);
      case RemoveContainer(var name, var force) -> {
        requireUnprotected(name);
        yield remove(name, force, job);
      }
      case KillContainer kill -> kill(kill);
      case RebootContainer(var name, var until) -> reboot(name, until, job);
      case PauseContainer(var name) -> pause(name);
      case ResumeContainer(var name) -> resume(name);
      case CloneContainer(var name, var source) -> copy(source, name, job);
      case ImportContainer bring -> bring(bring, job);
      case RenameContainer(var name, var to) -> {
        if (job.attempt() == 1) {
          snapshots.requireNoneLeft(to);
        }
        renaming.perform(name, to, job);
        lookAt(name);
        yield now(to);
      }
      case SetContainer set -> set(set, job);
      case AdoptContainer(var name) -> {
        requireVolume(name);
        shaper.adopt(name, job);
        yield now(name);
      }
      case CreateSnapshot create -> {
        requireVolume(create.container());
        yield snapshots.create(create, job);
      }
      case RestoreSnapshot(var name, var snapshot) -> {
        snapshots.restore(name, snapshot, job);
        yield new Result.Done();
      }
      case RemoveSnapshot remove -> {
        snapshots.remove(remove);
        yield new Result.Done();
      }
    };
  }

  /** What came of the command does not depend on it: where it fails now, a signal has it done. */
  private void lookAt(ContainerName name) {
    try {
      picture.look(name);
    } catch (BusException e) {
      LOG.warn("container={} could not be looked at: {}", name, e.getMessage());
    }
  }

  private Result create(CreateContainer command, Job job) throws IOException {
    var name = command.container();
    if (!madeBefore(command, job)) {
      try (var undo = new Undo()) {
        make(command, undo, job);
        undo.keep();
      }
    } else {
      // The attempt before may have died between the two.
      pools.holding(name).orElseThrow().storage().limit(name, spec(command).size());
    }
    place.add(name, pools.holding(name).orElseThrow().storage().volume(name).orElseThrow());
    shaper.autostart(name, spec(command));
    command.start().ifPresent(until -> startNew(name, until, job));
    return now(name);
  }

  /** Whether an earlier attempt of this very command came so far before the agent died. */
  private boolean madeBefore(CreateContainer command, Job job) {
    return settings.isOf(command.container(), job.id())
        && pools.holding(command.container()).isPresent();
  }

  private void make(CreateContainer command, Undo undo, Job job) throws IOException {
    var name = command.container();
    var pool = pools.find(command.pool());
    place.requireFree(name, pools);
    snapshots.requireNoneLeft(name);
    settings.requireNoneByHand(name);
    removal.forgetUnit(name);
    undo.add(() -> removal.forgetUnit(name));
    undo.add(() -> settings.delete(name));
    shaper.make(name, new Settings.Origin(job.id(), Optional.of(command.image())), spec(command));
    job.progress("making a volume from " + command.image());
    pool.create(
        name, command.image(), tree -> Identity.give(hostname(name, spec(command)), tree), job);
    undo.add(() -> pool.storage().delete(name));
    pool.storage().limit(name, spec(command).size());
  }

  private void rename(ContainerName name) throws IOException {
    var written = settings.read(name);
    var pool = pools.holding(name);
    if (written.isPresent() && pool.isPresent()) {
      var volume = pool.get().storage().open(name).orElseThrow();
      Identity.name(hostname(name, written.get().spec()), volume);
    }
  }

  private static String hostname(ContainerName name, ContainerSpec spec) {
    return spec.hostname().orElse(name.value());
  }

  private static ContainerSpec spec(CreateContainer command) {
    return command.spec().orElse(ContainerSpec.DEFAULT);
  }

  /** A new container that does not start is not left behind. */
  private void startNew(ContainerName name, WaitFor until, Job job) {
    picture.look(name);
    try {
      starter.start(name, until, job);
    } catch (BerthException | BusException e) {
      takeBack(name, job, e);
      throw e;
    }
  }

  /** Stops it first: whether it runs is not known where the bus was lost. */
  private void takeBack(ContainerName name, Job job, RuntimeException why) {
    try {
      removal.remove(name, true, job);
    } catch (IOException | BusException e) {
      why.addSuppressed(e);
      throw new BerthException(
          new Problem(
              ProblemCode.FAILED,
              "the container "
                  + name
                  + " did not start ("
                  + why.getMessage()
                  + ") and could not be taken back: "
                  + e.getMessage(),
              "look at it, then start it or remove it with force"),
          why);
    }
  }

  private Result remove(ContainerName name, boolean force, Job job) throws IOException {
    snapshots.requireNoneProtected(name);
    if (!force && job.attempt() == 1) {
      snapshots.requireNoneLeft(name);
    }
    removal.remove(name, force, job);
    var gone = snapshots.removeAll(name);
    return gone == 0 ? new Result.Done() : new Result.RemovalResult(name, gone);
  }

  private Result start(ContainerName name, WaitFor until, Job job) {
    require(name);
    starter.start(name, until, job);
    return now(name);
  }

  private Result restart(ContainerName name, WaitFor until, Job job) {
    require(name);
    if (job.attempt() == 1 || !starter.startedSince(name, job.acceptedAt())) {
      starter.stop(name, Optional.empty(), job);
    }
    starter.start(name, until, job);
    return now(name);
  }

  private Result set(SetContainer command, Job job) throws IOException {
    var name = command.container();
    require(name);
    shaper.change(name, command.patch(), command.force(), job);
    if (command.patch().change().has("hostname")) {
      rename(name);
    }
    return now(name);
  }

  private Result kill(KillContainer command) {
    require(command.container());
    signals.send(command.container(), command.signal(), command.whom());
    return new Result.Done();
  }

  private Result reboot(ContainerName name, WaitFor until, Job job) {
    require(name);
    reboot.perform(name, until, job);
    return now(name);
  }

  private Result pause(ContainerName name) {
    require(name);
    freezer.pause(name);
    return now(name);
  }

  private Result resume(ContainerName name) {
    require(name);
    freezer.resume(name);
    return now(name);
  }

  private Result copy(ContainerName source, ContainerName clone, Job job) throws IOException {
    require(source);
    snapshots.requireNoneLeft(clone);
    cloning.make(source, clone, job);
    return now(clone);
  }

  private Result bring(ImportContainer command, Job job) throws IOException {
    var name = command.container();
    var imported = imports.make(command, job);
    place.add(name, pools.holding(name).orElseThrow().storage().volume(name).orElseThrow());
    shaper.autostart(name, imported.spec());
    command.start().ifPresent(until -> startNew(name, until, job));
    return now(name) instanceof Result.ContainerResult(var container)
        ? new Result.ImportResult(container, imported.warnings())
        : new Result.Done();
  }

  private void requireUnprotected(ContainerName name) {
    var guarded = settings.read(name).filter(written -> written.spec().isProtected());
    if (guarded.isPresent() && pools.holding(name).isPresent()) {
      throw new BerthException(
          ProblemCode.CONFLICT,
          "the container " + name + " is protected",
          "set protected=false first");
    }
  }

  private void requireVolume(ContainerName name) {
    if (require(name).pool().isEmpty()) {
      throw new BerthException(
          ProblemCode.UNSUPPORTED,
          "the container " + name + " is in no pool of Berth's",
          "name the folder that holds it as a pool in the agent's configuration");
    }
  }

  private ContainerState require(ContainerName name) {
    return picture
        .look(name)
        .orElseThrow(() ->
            new BerthException(
                ProblemCode.NOT_FOUND, "no container \"" + name + "\" on this host"));
  }

  /** What was done is done, also where the bus goes away at the last moment. */
  private Result now(ContainerName name) {
    try {
      return new Result.ContainerResult(require(name));
    } catch (BusException e) {
      return picture
          .known(name)
          .<Result>map(Result.ContainerResult::new)
          .orElseGet(Result.Done::new);
    }
  }

  private static BerthException told(BusException e) {
    var gone = e.is(BusException.DISCONNECTED) || e.is(BusException.NO_REPLY);
    return new BerthException(
        new Problem(gone ? ProblemCode.UNAVAILABLE : ProblemCode.FAILED, e.getMessage()), e);
  }
}

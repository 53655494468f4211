package berth.agent.container;

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
import berth.protocol.command.ContainerCommand.CreateContainer;
import berth.protocol.command.ContainerCommand.RemoveContainer;
import berth.protocol.command.ContainerCommand.RestartContainer;
import berth.protocol.command.ContainerCommand.SetContainer;
import berth.protocol.command.ContainerCommand.StartContainer;
import berth.protocol.command.ContainerCommand.StopContainer;
import berth.protocol.command.WaitFor;
import berth.protocol.reply.Result;
import berth.protocol.spec.ContainerSpec;
import berth.protocol.state.ContainerState;
import java.io.IOException;
import java.util.Optional;

/**
 * Makes, starts, stops and removes containers. Each command is safe to repeat: it finds what its
 * earlier attempt has done.
 */
public final class Containers implements Performer<ContainerCommand> {
  private final Pools pools;
  private final Settings settings;
  private final Place place;
  private final Starter starter;
  private final Removal removal;
  private final ContainerPicture picture;
  private final Shaper shaper;

  Containers(
      Pools pools,
      Settings settings,
      Shaper shaper,
      Place place,
      Starter starter,
      Removal removal,
      ContainerPicture picture) {
    this.pools = pools;
    this.settings = settings;
    this.place = place;
    this.starter = starter;
    this.removal = removal;
    this.picture = picture;
    this.shaper = shaper;
  }

  @Override
  public Result perform(ContainerCommand command, Job job) {
    try {
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
          removal.remove(name, force, job);
          yield new Result.Done();
        }
        case SetContainer(var name, var patch, var force) -> {
          require(name);
          shaper.change(name, patch, force, job);
          if (patch.change().has("hostname")) {
            rename(name);
          }
          yield now(name);
        }
        case AdoptContainer(var name) -> {
          requireVolume(name);
          shaper.adopt(name, job);
          yield now(name);
        }
      };
    } catch (IOException e) {
      throw StorageFailure.of("work on the container " + command.container(), e);
    } catch (BusException e) {
      throw told(e);
    } finally {
      picture.look(command.container());
    }
  }

  private Result create(CreateContainer command, Job job) throws IOException {
    var name = command.container();
    try (var undo = new Undo()) {
      if (!madeBefore(command, job)) {
        make(command, undo, job);
      }
      shaper.autostart(name, spec(command));
      command.start().ifPresent(until -> startNew(name, until, job));
      undo.keep();
    }
    return now(name);
  }

  /** Whether an earlier attempt of this very command came so far before the agent died. */
  private boolean madeBefore(CreateContainer command, Job job) {
    var mine =
        settings.origin(command.container()).filter(o -> o.command().equals(job.id())).isPresent();
    return mine && pools.holding(command.container()).isPresent();
  }

  private void make(CreateContainer command, Undo undo, Job job) throws IOException {
    var name = command.container();
    var pool = pools.find(command.pool());
    place.requireFree(name, pools);
    if (settings.exist(name) && settings.origin(name).isEmpty()) {
      throw new BerthException(
          ProblemCode.ALREADY_EXISTS,
          "there are settings for a container \"" + name + "\": " + settings.file(name),
          "choose another name, or remove that file");
    }
    removal.forgetUnit(name);
    undo.add(() -> removal.forgetUnit(name));
    undo.add(() -> settings.delete(name));
    shaper.make(name, new Settings.Origin(job.id(), command.image()), spec(command));
    job.progress("making a volume from " + command.image());
    var volume =
        pool.storage()
            .create(
                name,
                command.image(),
                tree -> Identity.give(hostname(name, spec(command)), tree),
                job);
    undo.add(() -> pool.storage().delete(name));
    place.add(name, volume);
    undo.add(() -> place.remove(name));
  }

  private void rename(ContainerName name) throws IOException {
    var written = settings.read(name);
    var pool = pools.holding(name);
    if (written.isPresent() && pool.isPresent()) {
      var volume = pool.get().storage().volume(name).orElseThrow();
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
    } catch (BerthException e) {
      takeBack(name, job);
      throw e;
    }
  }

  private void takeBack(ContainerName name, Job job) {
    try {
      removal.remove(name, true, job);
    } catch (IOException e) {
      throw StorageFailure.of("take back the container " + name, e);
    }
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

  private Result now(ContainerName name) {
    return new Result.ContainerResult(require(name));
  }

  private static BerthException told(BusException e) {
    var gone = e.is(BusException.DISCONNECTED) || e.is(BusException.NO_REPLY);
    return new BerthException(
        new Problem(gone ? ProblemCode.UNAVAILABLE : ProblemCode.FAILED, e.getMessage()), e);
  }
}

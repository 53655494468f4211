package berth.controller.cli;

import berth.controller.model.Awaited;
import berth.controller.model.ContainerView;
import berth.protocol.BerthException;
import berth.protocol.ContainerRef;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/**
 * {@code berth wait}: until containers are ready or stopped, also across a controller's restart.
 */
final class WaitCommand {
  private static final Duration POLL = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofMillis(300);

  private final Invocation invocation;
  private final ApiClient api;
  private final Awaited wanted;
  private final Optional<Instant> end;

  private WaitCommand(Invocation invocation) {
    this.invocation = invocation;
    this.api = invocation.api();
    this.wanted = invocation.<Awaited>option("--for").orElseThrow();
    this.end = invocation.<Duration>option("--timeout").map(limit -> Instant.now().plus(limit));
  }

  static CommandSpec spec() {
    return Options.command(
        "wait",
        "Wait until containers are ready or stopped.",
        in -> new WaitCommand(in).run(),
        Options.targets(
            Options.required(
                Options.typed(
                    "--for",
                    "STATE",
                    "ready: finished booting; or stopped.",
                    Awaited.class,
                    WaitCommand::parse)),
            Options.span("--timeout", "After which the exit status is 124 (none).")),
        "berth wait --for ready lab1/web",
        "berth wait --for stopped --timeout 30s 'lab1/*'");
  }

  private static Awaited parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "ready" -> Awaited.READY;
      case "stopped" -> Awaited.STOPPED;
      default -> throw new IllegalArgumentException("bad state \"" + text + "\": ready or stopped");
    };
  }

  private int run() throws IOException, InterruptedException {
    var status = ExitCode.DONE;
    var views = new ArrayList<ContainerView>();
    for (var container : Targets.of(invocation).containers()) {
      try {
        var view = await(container);
        views.add(view);
        if (!invocation.json()) {
          var word = Views.word(view.container().status());
          invocation.terminal().out().println(container + " is " + word);
        }
      } catch (BerthException e) {
        Problems.print(invocation.terminal(), container.toString(), e.problem());
        status = ExitCode.worst(status, ExitCode.of(e.problem()));
      }
    }
    if (invocation.json()) {
      invocation.print(views);
    }
    return status;
  }

  private ContainerView await(ContainerRef container) throws IOException, InterruptedException {
    try (var progress = new Progress(invocation.terminal(), invocation.quiet())) {
      while (true) {
        var view = look(container, progress);
        if (wanted.holds(view.container().status())) {
          return view;
        }
        var word = Views.word(view.container().status());
        if (left().isZero()) {
          throw late(container, "it is " + word);
        }
        progress.show(container + " is " + word);
      }
    }
  }

  /**
   * The container when it is what is waited for, or after a while; waits for the controller too.
   */
  private ContainerView look(ContainerRef container, Progress progress)
      throws IOException, InterruptedException {
    var giveUp = end.orElseGet(() -> Instant.now().plus(PATIENCE));
    while (true) {
      try {
        return api.get(path(container), ContainerView.class);
      } catch (BerthException e) {
        if (e.problem().code() != ProblemCode.UNAVAILABLE || Instant.now().isAfter(giveUp)) {
          throw e;
        }
        progress.show(e.problem().message() + "; waiting");
      } catch (IOException e) {
        if (Instant.now().isAfter(giveUp)) {
          if (end.isPresent()) {
            throw late(container, "the controller is away");
          }
          throw e;
        }
        progress.show("the controller is away, waiting for it");
      }
      Thread.sleep(PAUSE);
    }
  }

  private String path(ContainerRef container) {
    var seconds = left().plusMillis(999).toSeconds();
    return ContainerCommands.path(container) + "?for=" + wanted + "&wait=" + seconds;
  }

  private Duration left() {
    var left = end.map(last -> Duration.between(Instant.now(), last)).orElse(POLL);
    if (left.isNegative()) {
      return Duration.ZERO;
    }
    return left.compareTo(POLL) < 0 ? left : POLL;
  }

  private BerthException late(ContainerRef container, String instead) {
    var limit = invocation.<Duration>option("--timeout").orElseThrow();
    return new BerthException(
        new Problem(
            ProblemCode.TIMEOUT,
            container
                + " was not "
                + Views.word(wanted)
                + " within "
                + (limit.toMillis() / 1000.0 + " s: ")
                + instead));
  }
}

package berth.controller.cli;

import berth.controller.model.ContainerView;
import berth.controller.model.OperationView;
import berth.protocol.BerthException;
import berth.protocol.ContainerRef;
import berth.protocol.HostId;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The containers that a command is for: those that are named, and those that a pattern or {@code
 * --all} selects among what the controller knows at that moment.
 *
 * @param selected whether any of them was selected rather than named
 */
record Targets(List<ContainerRef> containers, boolean selected) {

  /** What a command asks for one container. */
  @FunctionalInterface
  interface Request {
    OperationView submit(ApiClient api, ContainerRef container) throws IOException;
  }

  /** Finds them, and tells people which were selected. */
  static Targets of(Invocation invocation) throws IOException {
    var found = new LinkedHashSet<ContainerRef>();
    var selected = invocation.flag("--all");
    if (selected) {
      found.addAll(select(invocation, onHosts(invocation), "on the hosts of --on"));
    }
    for (var operand : invocation.<Object>operands(0)) {
      if (operand instanceof ContainerPattern pattern && pattern.hasWildcards()) {
        selected = true;
        found.addAll(select(invocation, pattern::matches, "that matches \"" + pattern + "\""));
      } else {
        found.add(ContainerRef.parse(operand.toString()));
      }
    }
    if (found.isEmpty()) {
      throw new BerthException(
          ProblemCode.INVALID,
          "no container given",
          "name some as HOST/CONTAINER, select them as 'HOST/*', or give --all --on HOST");
    }
    var targets = new Targets(List.copyOf(found), selected);
    targets.tell(invocation);
    return targets;
  }

  /**
   * Asks for something for each and waits for all the outcomes: one that fails hides no other.
   *
   * @return the worst status of all
   */
  static int each(Invocation invocation, Request request) throws IOException, InterruptedException {
    var api = invocation.api();
    var targets = of(invocation);
    var submitted = new ArrayList<OperationView>();
    var status = ExitCode.DONE;
    for (var container : targets.containers()) {
      try {
        submitted.add(request.submit(api, container));
      } catch (BerthException e) {
        if (e.problem().code() == ProblemCode.UNAVAILABLE && submitted.isEmpty()) {
          throw e; // no controller: the others would fare no better
        }
        Problems.print(invocation.terminal(), container.toString(), e.problem());
        status = ExitCode.worst(status, ExitCode.of(e.problem()));
      }
    }
    if (submitted.isEmpty()) {
      return status;
    }
    var many = targets.selected() || targets.containers().size() > 1;
    return ExitCode.worst(status, new Operation(invocation, api).finish(submitted, many));
  }

  private void tell(Invocation invocation) {
    if (selected && !invocation.quiet()) {
      var names = containers.stream().map(ContainerRef::toString);
      var count = containers.size() + (containers.size() == 1 ? " container: " : " containers: ");
      invocation.terminal().err().println(count + names.collect(Collectors.joining(", ")));
      invocation.terminal().err().flush();
    }
  }

  private static Predicate<ContainerRef> onHosts(Invocation invocation) {
    var hosts = invocation.<List<HostId>>option("--on").orElse(List.of());
    if (hosts.isEmpty()) {
      throw new BerthException(
          ProblemCode.INVALID, "--all needs --on HOST", "every container of the fleet is '*/*'");
    }
    return container -> hosts.contains(container.host());
  }

  /** What the controller knows; a selection by labels belongs here too. */
  private static List<ContainerRef> select(
      Invocation invocation, Predicate<ContainerRef> wanted, String which) throws IOException {
    var found = new ArrayList<ContainerRef>();
    for (var node : invocation.api().get("containers").get("containers")) {
      var view = Wire.json().treeToValue(node, ContainerView.class);
      var container = new ContainerRef(view.host(), view.container().name());
      if (wanted.test(container)) {
        found.add(container);
      }
    }
    if (found.isEmpty()) {
      throw new BerthException(
          new Problem(ProblemCode.NOT_FOUND, "no container " + which, "see: berth ls"));
    }
    return found;
  }
}

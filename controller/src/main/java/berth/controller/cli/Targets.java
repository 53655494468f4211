package berth.controller.cli;

import berth.controller.model.ContainerView;
import berth.controller.model.LabelSelector;
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
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The containers that a command is for: those that are named, and those that a pattern, labels or
 * {@code --all} select among what the controller knows at that moment.
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
    return of(invocation, invocation.operands(0));
  }

  /** The same of those of the operands that are containers, where others are something else. */
  static Targets of(Invocation invocation, List<?> operands) throws IOException {
    var found = new LinkedHashSet<ContainerRef>();
    var labels = invocation.<LabelSelector>option("--selector");
    var selected = invocation.flag("--all") || (labels.isPresent() && operands.isEmpty());
    if (selected) {
      requireHosts(invocation, labels.isPresent());
      found.addAll(select(invocation, onHosts(invocation), which(invocation, labels)));
    }
    for (var operand : operands) {
      if (operand instanceof ContainerPattern pattern && pattern.hasWildcards()) {
        selected = true;
        found.addAll(
            select(
                invocation,
                onHosts(invocation).and(pattern::matches),
                which(invocation, pattern, labels)));
      } else if (labels.isPresent()) {
        throw new BerthException(
            ProblemCode.INVALID,
            operand + " is named, and --selector selects",
            "give one of them; a pattern such as 'HOST/*' goes with --selector");
      } else {
        found.add(ContainerRef.parse(operand.toString()));
      }
    }
    if (found.isEmpty()) {
      throw new BerthException(
          ProblemCode.INVALID,
          "no container given",
          "name some as HOST/CONTAINER, select them as 'HOST/*' or by -l LABEL=VALUE,"
              + " or give --all --on HOST");
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
    return of(invocation).each(invocation, invocation.api(), request);
  }

  /** The same of those that were found before. */
  int each(Invocation invocation, ApiClient api, Request request)
      throws IOException, InterruptedException {
    var many = selected || containers.size() > 1;
    return new Operation(invocation, api)
        .each(containers, many, container -> request.submit(api, container));
  }

  private void tell(Invocation invocation) {
    if (selected && !invocation.quiet()) {
      var names = containers.stream().map(ContainerRef::toString);
      var count = containers.size() + (containers.size() == 1 ? " container: " : " containers: ");
      invocation.terminal().err().println(count + names.collect(Collectors.joining(", ")));
      invocation.terminal().err().flush();
    }
  }

  /** The containers that the controller knows, or those with the labels of {@code --selector}. */
  static List<ContainerView> known(Invocation invocation) throws IOException {
    var query =
        invocation
            .<LabelSelector>option("--selector")
            .map(labels -> "?selector=" + ApiClient.encode(labels))
            .orElse("");
    var views = new ArrayList<ContainerView>();
    for (var node : invocation.api().get("containers" + query).get("containers")) {
      views.add(Wire.json().treeToValue(node, ContainerView.class));
    }
    return views;
  }

  private static void requireHosts(Invocation invocation, boolean byLabels) {
    if (!byLabels && invocation.option("--on").isEmpty()) {
      throw new BerthException(
          ProblemCode.INVALID, "--all needs --on HOST", "every container of the fleet is '*/*'");
    }
  }

  private static Predicate<ContainerRef> onHosts(Invocation invocation) {
    var hosts = invocation.<List<HostId>>option("--on").orElse(List.of());
    return container -> hosts.isEmpty() || hosts.contains(container.host());
  }

  private static String which(Invocation invocation, Optional<LabelSelector> labels) {
    return Stream.of(
            labels.map(selector -> "with the labels " + selector),
            invocation.option("--on").map(_ -> "on the hosts of --on"))
        .flatMap(Optional::stream)
        .collect(Collectors.joining(" "));
  }

  private static String which(
      Invocation invocation, ContainerPattern pattern, Optional<LabelSelector> labels) {
    return ("that matches \"" + pattern + "\" " + which(invocation, labels)).strip();
  }

  private static List<ContainerRef> select(
      Invocation invocation, Predicate<ContainerRef> wanted, String which) throws IOException {
    var found = new ArrayList<ContainerRef>();
    for (var view : known(invocation)) {
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

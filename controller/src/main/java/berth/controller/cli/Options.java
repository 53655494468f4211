package berth.controller.cli;

import berth.controller.model.LabelSelector;
import berth.protocol.ContainerRef;
import berth.protocol.HostId;
import berth.protocol.ImageName;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.TypeConversionException;

/** The arguments that commands share, and the shapes in which a command declares its own. */
final class Options {
  /** How results are printed. */
  enum Format {
    table,
    json,
    yaml
  }

  private static final Pattern SPAN = Pattern.compile("([0-9]{1,9})(ms|s|m|min|h|d)?");

  private Options() {}

  /** A command with its summary, its arguments and examples, one a line. */
  static CommandSpec command(
      String name,
      String summary,
      Action action,
      List<? extends ArgSpec> args,
      String... examples) {
    var spec = CommandSpec.wrapWithoutInspection(action).name(name);
    spec.usageMessage().description(summary).abbreviateSynopsis(false);
    args.forEach(spec::add);
    shared().forEach(spec::add);
    if (examples.length > 0) {
      spec.usageMessage().footerHeading("%nExamples:%n").footer(indented(examples));
    }
    return spec;
  }

  /** A command that only holds others. */
  static CommandSpec group(String name, String summary, CommandSpec... members) {
    var spec = CommandSpec.create().name(name);
    spec.usageMessage().description(summary);
    spec.add(help());
    for (var member : members) {
      spec.addSubcommand(member.name(), member);
    }
    return spec;
  }

  /** Options of everything that a host does. */
  static List<OptionSpec> operation() {
    return List.of(
        flag("--no-wait", "Return as soon as the operation is written down."),
        span("--deadline", "How long the host may take to begin, such as 30s or 2h (10m)."));
  }

  static OptionSpec flag(String name, String description) {
    return OptionSpec.builder(name.split("\\|")).arity("0").description(description).build();
  }

  static OptionSpec text(String names, String label, String description) {
    return typed(names, label, description, String.class, text -> text);
  }

  static OptionSpec texts(String names, String label, String description) {
    return OptionSpec.builder(names.split("\\|"))
        .paramLabel(label)
        .arity("1")
        .type(List.class)
        .auxiliaryTypes(String.class)
        .description(description)
        .build();
  }

  /** An option that may be given again, each with one value. */
  static <T> OptionSpec listed(
      String names, String label, String description, Function<String, T> parser) {
    return OptionSpec.builder(names.split("\\|"))
        .paramLabel(label)
        .arity("1")
        .type(List.class)
        .auxiliaryTypes(Object.class)
        .converters(converter(parser))
        .description(description)
        .build();
  }

  static OptionSpec span(String names, String description) {
    return typed(names, "SPAN", description, Duration.class, Options::parseSpan);
  }

  static <T> OptionSpec typed(
      String names, String label, String description, Class<T> type, Function<String, T> parser) {
    return OptionSpec.builder(names.split("\\|"))
        .paramLabel(label)
        .arity("1")
        .type(type)
        .converters(converter(parser))
        .description(description)
        .build();
  }

  static OptionSpec required(OptionSpec option) {
    return option.toBuilder().required(true).build();
  }

  /** {@code -l LABEL=VALUE[,...]}. */
  static OptionSpec selector() {
    return typed(
        "-l|--selector",
        "LABELS",
        "Those with these labels: KEY=VALUE, KEY!=VALUE, KEY or !KEY, joined by commas.",
        LabelSelector.class,
        LabelSelector::parse);
  }

  /** {@code --on HOST[,HOST...]}. */
  static OptionSpec hosts(String description) {
    return OptionSpec.builder("--on")
        .paramLabel("HOST")
        .arity("1")
        .splitRegex(",")
        .type(List.class)
        .auxiliaryTypes(HostId.class)
        .converters(converter(HostId::new))
        .description(description)
        .build();
  }

  /** Hosts as operands, any number of them. */
  static PositionalParamSpec hosts(int index, String description) {
    return PositionalParamSpec.builder()
        .index(index + "..*")
        .arity("0..*")
        .paramLabel("HOST")
        .type(List.class)
        .auxiliaryTypes(HostId.class)
        .converters(converter(HostId::new))
        .description(description)
        .build();
  }

  static <T> PositionalParamSpec operand(
      int index, String label, String description, Class<T> type, Function<String, T> parser) {
    return PositionalParamSpec.builder()
        .index(Integer.toString(index))
        .arity("1")
        .required(true)
        .paramLabel(label)
        .type(type)
        .converters(converter(parser))
        .description(description)
        .build();
  }

  static PositionalParamSpec container() {
    return operand(0, "HOST/CONTAINER", "The container.", ContainerRef.class, ContainerRef::parse);
  }

  static PositionalParamSpec containers() {
    return PositionalParamSpec.builder()
        .index("0..*")
        .arity("1..*")
        .required(true)
        .paramLabel("HOST/CONTAINER")
        .type(List.class)
        .auxiliaryTypes(ContainerRef.class)
        .converters(converter(ContainerRef::parse))
        .description("One or more containers.")
        .build();
  }

  /** What a command takes that is for as many containers as one likes, with options of its own. */
  static List<ArgSpec> targets(ArgSpec... own) {
    var containers =
        PositionalParamSpec.builder()
            .index("0..*")
            .arity("1")
            .required(false)
            .paramLabel("HOST/CONTAINER")
            .type(List.class)
            .auxiliaryTypes(ContainerPattern.class)
            .converters(converter(ContainerPattern::new))
            .description("One or more containers; 'HOST/*' and the like select by name.")
            .build();
    return targets(containers, own);
  }

  /** The same with operands of its own kind, of which some are containers. */
  static List<ArgSpec> targets(PositionalParamSpec containers, ArgSpec... own) {
    var selection =
        List.of(
            containers,
            selector(),
            flag("--all", "All containers of the hosts of --on."),
            hosts("With --all, --selector or a pattern: the hosts."));
    return Stream.<ArgSpec>concat(selection.stream(), Stream.of(own)).toList();
  }

  static PositionalParamSpec image() {
    return operand(0, "NAME", "The image.", ImageName.class, ImageName::new);
  }

  static int parseNumber(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("bad number \"" + text + "\"", e);
    }
  }

  /** A time span as systemd.time(7) writes a single one: {@code 500ms}, {@code 90}, {@code 2h}. */
  static Duration parseSpan(String text) {
    var matcher = SPAN.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("bad time span \"" + text + "\": write 30s, 5m, 2h or 1d");
    }
    var number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2) == null ? "s" : matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "m", "min" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      case "d" -> Duration.ofDays(number);
      default -> Duration.ofSeconds(number);
    };
  }

  static OptionSpec help() {
    return OptionSpec.builder("-h", "--help")
        .usageHelp(true)
        .arity("0")
        .description("Show this help.")
        .build();
  }

  private static List<OptionSpec> shared() {
    return List.of(
        OptionSpec.builder("-o", "--output")
            .paramLabel("FORMAT")
            .arity("1")
            .type(Format.class)
            .description("table for people (the default), json or yaml for scripts.")
            .build(),
        text("--controller", "URL", "The controller (BERTH_CONTROLLER, http://127.0.0.1:7070)."),
        flag("-q|--quiet", "No progress."),
        help());
  }

  static <T> ITypeConverter<T> converter(Function<String, T> parser) {
    return text -> {
      try {
        return parser.apply(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    };
  }

  /** Picocli formats footers: a percent sign of ours must not be taken for its. */
  private static String[] indented(String[] examples) {
    var lines = new String[examples.length];
    for (var i = 0; i < lines.length; i++) {
      lines[i] = "  " + examples[i].replace("%", "%%");
    }
    return lines;
  }
}

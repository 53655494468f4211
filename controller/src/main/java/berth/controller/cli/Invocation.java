package berth.controller.cli;

import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * One call of one command.
 *
 * @param rest what stands behind {@code --}
 */
record Invocation(ParseResult parsed, List<String> rest, Terminal terminal) {
  static final String DEFAULT_CONTROLLER = "http://127.0.0.1:7070";

  /** The controller that the options, the environment or the default name. */
  ApiClient api() {
    var url =
        this.<String>option("--controller")
            .or(() -> Optional.ofNullable(System.getenv("BERTH_CONTROLLER")))
            .orElse(DEFAULT_CONTROLLER);
    return new ApiClient(address(url.endsWith("/") ? url : url + "/"));
  }

  private static URI address(String url) {
    try {
      return new URI(url);
    } catch (URISyntaxException e) {
      throw new BerthException(
          new Problem(
              ProblemCode.INVALID, "bad controller address \"" + url + "\": http://HOST:PORT"),
          e);
    }
  }

  boolean flag(String name) {
    return parsed.hasMatchedOption(name);
  }

  <T> Optional<T> option(String name) {
    return Optional.ofNullable(parsed.matchedOptionValue(name, null));
  }

  <T> T option(String name, T otherwise) {
    return parsed.matchedOptionValue(name, otherwise);
  }

  <T> T operand(int index, Class<T> type) {
    return type.cast(parsed.matchedPositionalValue(index, (Object) null));
  }

  /** All operands from an index on; empty where there are none. */
  <T> List<T> operands(int index) {
    return parsed.matchedPositionalValue(index, List.<T>of());
  }

  /** Whether a document is wanted, and no text for people. */
  boolean json() {
    return format() != Options.Format.table;
  }

  Options.Format format() {
    return option("--output", Options.Format.table);
  }

  /** A command line that says too little, or what does not go together. */
  ParameterException usage(String message) {
    return new ParameterException(parsed.commandSpec().commandLine(), message);
  }

  boolean quiet() {
    return flag("--quiet");
  }

  /** Prints a document for scripts. */
  void print(Object document) throws IOException {
    switch (format()) {
      case yaml -> terminal.out().print(Yaml.write(document));
      case json, table -> terminal.out().println(pretty(document));
    }
  }

  private static String pretty(Object document) throws JsonProcessingException {
    return Wire.json().writerWithDefaultPrettyPrinter().writeValueAsString(document);
  }
}

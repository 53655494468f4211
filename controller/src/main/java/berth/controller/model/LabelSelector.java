package berth.controller.model;

import berth.protocol.BerthException;
import berth.protocol.ProblemCode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which containers are meant, by their labels: {@code tier=web,env!=prod,canary,!old}. The terms
 * are those of a Kubernetes selector of the equality kind, and all of them must hold.
 *
 * @param terms at least one
 */
public record LabelSelector(List<Term> terms) {
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,127}");
  private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9._-]{0,63}");
  private static final String RULE = "KEY=VALUE, KEY!=VALUE, KEY or !KEY, several joined by commas";

  /**
   * What one label shall be.
   *
   * @param value empty where it is enough that the label is there
   * @param holds whether it shall be so, or shall not
   */
  public record Term(String key, Optional<String> value, boolean holds) {
    public Term {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(value, "value");
    }

    boolean matches(Map<String, String> labels) {
      var is = value.map(v -> v.equals(labels.get(key))).orElseGet(() -> labels.containsKey(key));
      return is == holds;
    }

    @Override
    public String toString() {
      return value
          .map(v -> key + (holds ? "=" : "!=") + v)
          .orElseGet(() -> (holds ? "" : "!") + key);
    }
  }

  public LabelSelector {
    terms = List.copyOf(terms);
  }

  /** Reads such a text; throws {@code INVALID} with the rule where it is none. */
  public static LabelSelector parse(String text) {
    return new LabelSelector(
        Stream.of(text.split(",", -1)).map(term -> term(text, term.strip())).toList());
  }

  /** Whether a container with these labels is meant. A label that is missing differs from any. */
  public boolean matches(Map<String, String> labels) {
    return terms.stream().allMatch(term -> term.matches(labels));
  }

  private static Term term(String text, String term) {
    var equals = term.indexOf('=');
    if (equals < 0) {
      var negated = term.startsWith("!");
      return named(text, negated ? term.substring(1) : term, Optional.empty(), !negated);
    }
    var differs = equals > 0 && term.charAt(equals - 1) == '!';
    var key = term.substring(0, differs ? equals - 1 : equals);
    // As users of Kubernetes write it, == is = too.
    var value = term.substring(equals + 1).replaceFirst("^=", "");
    if (!VALUE.matcher(value).matches()) {
      throw bad(text);
    }
    return named(text, key.strip(), Optional.of(value), !differs);
  }

  private static Term named(String text, String key, Optional<String> value, boolean holds) {
    if (!KEY.matcher(key).matches()) {
      throw bad(text);
    }
    return new Term(key, value, holds);
  }

  private static BerthException bad(String text) {
    return new BerthException(
        ProblemCode.INVALID, "bad selector of labels \"%s\": %s".formatted(text, RULE));
  }

  @Override
  public String toString() {
    return terms.stream().map(Term::toString).collect(Collectors.joining(","));
  }
}

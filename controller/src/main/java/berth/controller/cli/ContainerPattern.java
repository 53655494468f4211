package berth.controller.cli;

import berth.protocol.ContainerRef;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;

/**
 * Which containers somebody means: one by its name, or those whose host and name match patterns as
 * a shell has them: {@code lab1/*}, {@code lab?/web}.
 *
 * @param text {@code HOST/CONTAINER} with or without wildcards
 */
record ContainerPattern(String text) {
  private static final String WILDCARDS = ".*[*?\\[{].*";

  ContainerPattern {
    if (text.matches(WILDCARDS)) {
      if (!text.matches("[^/]+/[^/]+")) {
        throw new IllegalArgumentException("bad pattern \"" + text + "\": HOST/CONTAINER");
      }
      matcher(text);
    } else {
      ContainerRef.parse(text);
    }
  }

  /** Whether it has wildcards, so that only the fleet can say what it means. */
  boolean hasWildcards() {
    return text.matches(WILDCARDS);
  }

  boolean matches(ContainerRef container) {
    return matcher(text).matches(Path.of(container.toString()));
  }

  @Override
  public String toString() {
    return text;
  }

  private static PathMatcher matcher(String pattern) {
    return FileSystems.getDefault().getPathMatcher("glob:" + pattern);
  }
}

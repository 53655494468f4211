package berth.agent.settings;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A settings file of Berth's: comments on top that tell what Berth knows, the sum of the whole, and
 * what systemd reads. By the sum an edit by hand is known.
 *
 * @param notes what the comments tell, by their names
 * @param body what systemd reads
 * @param intact whether it is as Berth wrote it
 */
public record MarkedText(Map<String, String> notes, String body, boolean intact) {
  private static final String MARK = "# Made by Berth";
  private static final String SUM = "sum";
  private static final int SUM_DIGITS = 32;

  /** What Berth writes. */
  public static MarkedText of(Map<String, String> notes, String body) {
    return new MarkedText(notes, body, true);
  }

  /** Reads a file; empty where Berth did not make it. */
  public static Optional<MarkedText> parse(String text) {
    var lines = new ArrayList<>(text.lines().toList());
    if (lines.isEmpty() || !lines.getFirst().startsWith(MARK)) {
      return Optional.empty();
    }
    var mark = lines.removeFirst();
    var notes = new LinkedHashMap<String, String>();
    while (!lines.isEmpty() && lines.getFirst().startsWith("# ")) {
      var words = lines.removeFirst().substring(2).split(" ", 2);
      notes.put(words[0], words.length > 1 ? words[1].strip() : "");
    }
    if (!lines.isEmpty() && lines.getFirst().isBlank()) {
      lines.removeFirst();
    }
    var body = lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    var sum = Optional.ofNullable(notes.remove(SUM));
    var intact = sum.isEmpty() || sum.get().equals(sum(head(mark, notes) + body));
    return Optional.of(new MarkedText(notes, body, intact));
  }

  /**
   * The file whole.
   *
   * @param manual the manual page that tells about such files
   */
  public String text(String manual) {
    var head =
        head(MARK + "; edits by hand are seen, and not overwritten unasked; see " + manual, notes);
    return head + "# " + SUM + " " + sum(head + body) + "\n\n" + body;
  }

  private static String head(String mark, Map<String, String> notes) {
    var head = new StringBuilder(mark).append('\n');
    notes.forEach((name, value) -> head.append("# " + name + " " + value + "\n"));
    return head.toString();
  }

  private static String sum(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      var sum = digest.digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sum).substring(0, SUM_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

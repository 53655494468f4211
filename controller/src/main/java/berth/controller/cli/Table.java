package berth.controller.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Rows in columns for people; the last column is as long as it is. */
final class Table {
  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... header) {
    this.header = List.of(header);
  }

  /** Adds a row of as many cells as the header has; null shows as a dash. */
  void row(Object... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(cells.length + " cells under " + header);
    }
    var row = new ArrayList<String>();
    for (var cell : cells) {
      var text = cell == null ? "" : Problems.printable(cell.toString());
      row.add(text.isEmpty() ? "-" : text);
    }
    rows.add(row);
  }

  void print(Terminal terminal) {
    var widths =
        IntStream.range(0, header.size())
            .map(c -> Math.max(header.get(c).length(), widest(c)))
            .toArray();
    terminal.out().println(terminal.bold(line(header, widths)));
    rows.forEach(row -> terminal.out().println(line(row, widths)));
  }

  private int widest(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }

  private static String line(List<String> cells, int[] widths) {
    var line = new StringBuilder();
    for (var i = 0; i < widths.length; i++) {
      var last = i == widths.length - 1;
      line.append(cells.get(i))
          .append(last ? "" : " ".repeat(widths[i] - cells.get(i).length() + 2));
    }
    return line.toString();
  }
}

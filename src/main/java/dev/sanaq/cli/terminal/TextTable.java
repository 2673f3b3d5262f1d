package dev.sanaq.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/**
 * Formats a table with columns as wide as their widest cell.
 *
 * <p>Not picocli's {@code Help.TextTable}: it interprets {@code @|...|@} in cells, which here hold
 * text from records, and needs the widths of the columns beforehand.
 */
public final class TextTable {
  private static final String GAP = "  ";

  private TextTable() {}

  /**
   * Formats a table.
   *
   * @param headings one per column, bold if the terminal supports it
   * @param rows cells, as many per row as headings
   * @return the lines, without trailing spaces
   */
  public static List<String> format(Ansi ansi, List<String> headings, List<List<String>> rows) {
    int[] widths = new int[headings.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = headings.get(i).length();
      for (List<String> row : rows) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    lines.add(ansi.string("@|bold " + formatRow(headings, widths) + "|@"));
    rows.forEach(row -> lines.add(formatRow(row, widths)));
    return lines;
  }

  private static String formatRow(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = cells.get(i);
      line.append(cell).append(" ".repeat(widths[i] - cell.length())).append(GAP);
    }
    return line.toString().stripTrailing();
  }
}

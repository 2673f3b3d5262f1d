package dev.sanaq.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/** Columns as wide as their widest cell. */
public final class TextTable {
  private static final String GAP = "  ";

  private TextTable() {}

  /**
   * Lays out a table.
   *
   * @param headings one a column, bold where the terminal can
   * @param rows each as long as the headings
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

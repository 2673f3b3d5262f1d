package dev.sanaq.cli.model;

import dev.sanaq.cli.terminal.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine.Help.Ansi;

/** Formats an {@link InspectReport} for people. */
final class InspectFormatter {
  private static final List<String> HEADINGS =
      List.of(
          "component", "class", "parameters", "precision", "on disk", "files", "variant", "sizes");

  private InspectFormatter() {}

  /** Aligned lines, with bold labels if the terminal supports colours. */
  static String format(InspectReport report, Ansi ansi) {
    List<String> lines = new ArrayList<>();
    lines.add(bold(ansi, "checkpoint  ") + report.name());
    lines.add(bold(ansi, "pipeline    ") + report.pipeline());
    String sides = "%s x %s by default, exact sizes in multiples of %s";
    lines.add(
        bold(ansi, "image       ")
            + sides.formatted(report.defaultSize(), report.defaultSize(), report.compression()));
    lines.add(
        bold(ansi, "solver      ") + "%s (%s)".formatted(report.solver(), report.solverSettings()));
    lines.add(bold(ansi, "scheduler   ") + report.scheduler());
    if (report.trainedInFp16()) {
      lines.add(bold(ansi, "trained in  ") + "fp16: self-attention is clipped to its range");
    }
    lines.add("");
    lines.addAll(TextTable.format(ansi, HEADINGS, tableRows(report)));
    return String.join(System.lineSeparator(), lines);
  }

  private static List<List<String>> tableRows(InspectReport report) {
    List<List<String>> rows = new ArrayList<>();
    for (InspectReport.ComponentReport component : report.components()) {
      rows.add(
          List.of(
              component.component(),
              component.className(),
              String.format(Locale.ROOT, "%,d", component.parameters()),
              String.join("+", component.precisions()),
              formatBytes(component.bytes()),
              Integer.toString(component.files()),
              variantText(component),
              component.sizes()));
    }
    rows.add(
        List.of(
            "total",
            "",
            String.format(Locale.ROOT, "%,d", report.parameters()),
            "",
            formatBytes(report.bytes()),
            "",
            "",
            ""));
    return rows;
  }

  private static String variantText(InspectReport.ComponentReport component) {
    Set<String> others = new TreeSet<>(component.availableVariants());
    others.remove(component.variant());
    String used = variantName(component.variant());
    return others.isEmpty()
        ? used
        : used
            + others.stream()
                .map(InspectFormatter::variantName)
                .collect(Collectors.joining(", ", " (also ", ")"));
  }

  private static String variantName(String variant) {
    return variant.isEmpty() ? "none" : variant;
  }

  private static String formatBytes(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
  }

  private static String bold(Ansi ansi, String label) {
    return ansi.string("@|bold " + label.strip() + "|@")
        + " ".repeat(label.length() - label.strip().length());
  }
}

package dev.sanaq.benchmark;

import dev.sanaq.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Writes timings as a Markdown table and, if several sizes were measured, a plot. */
public final class Report {
  private Report() {}

  /**
   * Writes {@code NAME.md}, {@code NAME.jsonl} and, with several sizes, {@code NAME.svg}.
   *
   * @param name such as {@code fp32-512x512}
   */
  public static void write(Path folder, String name, List<StageTiming> lines) throws IOException {
    Files.createDirectories(folder);
    List<StageTiming> sizes = sizes(lines);
    String plot = sizes.size() > 1 ? "\n![Seconds a step by size](%s.svg)\n".formatted(name) : "";
    AtomicFile.write(
        folder.resolve(name + ".md"), "# %s%n%n%s%s".formatted(name, table(lines), plot));
    AtomicFile.write(
        folder.resolve(name + ".jsonl"),
        lines.stream().map(line -> line.toJson() + "\n").collect(Collectors.joining()));
    if (sizes.size() > 1) {
      AtomicFile.write(folder.resolve(name + ".svg"), Plot.svg(sizes));
    }
  }

  private static List<StageTiming> sizes(List<StageTiming> lines) {
    return lines.stream()
        .filter(line -> line.number("with_quadratic_attention").isPresent())
        .toList();
  }

  /** A Markdown table with a row per timing. */
  static String table(List<StageTiming> lines) {
    StringBuilder table =
        new StringBuilder(
            """
            | stage | seconds | least | most | CPU seconds | Gflop/s | %% of the limit | compared with | ratio |
            |---|---:|---:|---:|---:|---:|---:|---:|---:|
            """
                .formatted());
    for (StageTiming line : lines) {
      table.append("| %s | %s |".formatted(label(line), number(line.seconds())));
      for (String field :
          List.of(
              "min",
              "max",
              "cpu_seconds",
              "gflops",
              "percent_of_limit",
              "compared_seconds",
              "ratio")) {
        table.append(" %s |".formatted(optional(line.number(field))));
      }
      table.append('\n');
    }
    return table.toString();
  }

  private static String label(StageTiming line) {
    OptionalDouble height = line.number("height");
    if (height.isEmpty()) {
      return line.stage();
    }
    String label =
        String.format(
            Locale.ROOT,
            "%s %.0f x %.0f",
            line.stage(),
            height.getAsDouble(),
            line.number("width").orElse(Double.NaN));
    OptionalDouble peak = line.number("peak_rss_mib");
    return peak.isEmpty()
        ? label
        : String.format(
            Locale.ROOT,
            "%s, %.0f steps, %s, peak %.0f MiB",
            label,
            line.number("steps").orElse(0),
            line.fields().get("dtype"),
            peak.getAsDouble());
  }

  private static String optional(OptionalDouble number) {
    return number.isPresent() ? number(number.getAsDouble()) : "";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 1 ? "%.2f" : "%.4f", value);
  }
}

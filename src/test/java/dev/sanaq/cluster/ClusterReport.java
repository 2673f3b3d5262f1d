package dev.sanaq.cluster;

import dev.sanaq.testing.report.MachineInfo;
import dev.sanaq.testing.report.ResultPage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** The table of what was checked and what was seen. Not thread-safe. */
final class ClusterReport {
  private final List<String> rows = new ArrayList<>();
  private final long startNanos = System.nanoTime();

  /**
   * Runs a check and adds its row, also if it fails.
   *
   * @param check returns what was seen
   */
  void check(String name, Callable<String> check) throws Exception {
    double minute = minutes();
    try {
      row(minute, name, check.call());
    } catch (Exception | AssertionError e) {
      row(
          minute,
          name,
          "**failed**: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
      throw e;
    }
  }

  /**
   * Prints the table, and writes the page and the plot.
   *
   * @param file without its extension; empty to write none
   * @param programs names and versions of the cluster's programs
   */
  void write(String file, String programs, String svg) {
    String table =
        "| minute | check | seen |\n|---:|---|---|\n"
            + String.join("\n", rows)
            + String.format(Locale.ROOT, "%n%nThe run took %.0f minutes.%n", minutes());
    System.out.println(table);
    if (!file.isEmpty()) {
      try {
        Files.writeString(Path.of(file + ".svg"), svg);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      ResultPage.write(
          Path.of(file + ".md"),
          "The manifests on a real control plane",
          "%s %s\n\n%s".formatted(MachineInfo.summary(), programs, table));
    }
  }

  private void row(double minute, String name, String seen) {
    String row = String.format(Locale.ROOT, "| %.1f | %s | %s |", minute, name, seen);
    System.out.println(row);
    rows.add(row);
  }

  private double minutes() {
    return (System.nanoTime() - startNanos) / 60e9;
  }
}

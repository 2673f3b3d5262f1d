package dev.sanaq.overhead;

import dev.sanaq.overhead.process.StorageKind;
import dev.sanaq.testing.report.MachineInfo;
import dev.sanaq.testing.report.ResultPage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The results as a Markdown page with a chart. */
final class OverheadReport {
  private static final String TABLE_HEADER =
      """
      | S3 server | worker | jobs per second (runs) | p50 ms | p99 ms | p99.9 ms | at jobs per second | CPU ms per job: worker | broker | S3 | load | all | cores busy |
      |---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
      """;

  private final OverheadPlan plan;
  private final Map<StorageKind, List<Measurement>> results;

  /**
   * @param results the measurements of every run, by S3 server
   */
  OverheadReport(OverheadPlan plan, Map<StorageKind, List<Measurement>> results) {
    this.plan = plan;
    this.results = results;
  }

  /** Writes the page, {@code .md}, and the chart, {@code .svg}. */
  void write(Path withoutExtension) {
    try {
      Files.createDirectories(withoutExtension.toAbsolutePath().getParent());
      String name = String.valueOf(withoutExtension.getFileName());
      ResultPage.write(
          withoutExtension.resolveSibling(name + ".md"),
          "The cost of the service without the model",
          section(name));
      Files.writeString(
          withoutExtension.resolveSibling(name + ".svg"), new OverheadChart(medians()).svg());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a row for each S3 server and worker: medians, and the CPU time of each process. */
  String table() {
    StringBuilder rows = new StringBuilder(TABLE_HEADER);
    results.forEach(
        (storage, runs) ->
            byWorker(runs).values().forEach(ofWorker -> rows.append(row(storage, ofWorker))));
    return rows.toString();
  }

  private String section(String name) {
    return """
        ## Last run

        %s Worker, broker, S3 server and load share this machine.

        Jobs per second and CPU time were measured with a full queue, latencies from the due time to the event at the rate in the table. Medians of %s runs; the workers took turns. %s jobs to warm up, %s measured, then %s s at the lower rate.

        %s
        ![jobs per second and latencies](%s.svg)

        `local` is the S3 server that comes with sanaq, on this machine's disk; `memory` is a stand-in that costs little CPU time. How to repeat it: [load-tests/overhead](../overhead/README.md).
        """
        .formatted(
            MachineInfo.details(),
            plan.runs(),
            plan.warmUp(),
            plan.jobs(),
            plan.pacedTime().toSeconds(),
            table(),
            name);
  }

  private Map<String, Measurement> medians() {
    Map<String, Measurement> medians = new TreeMap<>();
    results.forEach(
        (storage, runs) ->
            byWorker(runs)
                .forEach(
                    (worker, ofWorker) ->
                        medians.put(worker + ", " + lower(storage), Measurement.median(ofWorker))));
    return medians;
  }

  private static String row(StorageKind storage, List<Measurement> runs) {
    Measurement m = Measurement.median(runs);
    Measurement.Cpu cpu = m.cpu();
    String each =
        runs.stream()
            .map(run -> String.format(Locale.ROOT, "%.0f", run.jobsPerSecond()))
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "| %s | %s | **%.0f** (%s) | %.1f | %.1f | %.1f | %.0f | %.2f | %.2f | %.2f | %.2f | %.2f | %.1f |%n",
        lower(storage),
        m.worker(),
        m.jobsPerSecond(),
        each,
        m.p50(),
        m.p99(),
        m.p999(),
        m.rate(),
        cpu.worker(),
        cpu.broker(),
        cpu.storage(),
        cpu.load(),
        cpu.total(),
        cpu.total() * m.jobsPerSecond() / 1000);
  }

  private static Map<String, List<Measurement>> byWorker(List<Measurement> runs) {
    return runs.stream()
        .collect(Collectors.groupingBy(Measurement::worker, TreeMap::new, Collectors.toList()));
  }

  private static String lower(StorageKind storage) {
    return storage.name().toLowerCase(Locale.ROOT);
  }
}

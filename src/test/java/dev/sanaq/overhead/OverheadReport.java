package dev.sanaq.overhead;

import dev.sanaq.overhead.process.StorageKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What was measured, for people: a page of Markdown and an image beside it. */
final class OverheadReport {
  private static final String TABLE_HEADER =
      """
      | storage | worker | jobs/s (runs) | p50 ms | p99 ms | p99.9 ms | at jobs/s | worker | broker | S3 | load | all | cores busy |
      |---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
      """;

  private final OverheadPlan plan;
  private final Map<StorageKind, List<Measurement>> results;

  /**
   * @param results every run's, by storage
   */
  OverheadReport(OverheadPlan plan, Map<StorageKind, List<Measurement>> results) {
    this.plan = plan;
    this.results = results;
  }

  /** Writes the page, {@code .md}, and the image, {@code .svg}. */
  void write(Path withoutExtension) {
    try {
      Files.createDirectories(withoutExtension.toAbsolutePath().getParent());
      String name = String.valueOf(withoutExtension.getFileName());
      Files.writeString(withoutExtension.resolveSibling(name + ".md"), page(name));
      Files.writeString(
          withoutExtension.resolveSibling(name + ".svg"), new OverheadChart(medians()).svg());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A row a storage and worker: medians, and what each process used a job. */
  String table() {
    StringBuilder rows = new StringBuilder(TABLE_HEADER);
    results.forEach(
        (storage, runs) -> byWorker(runs).values().forEach(own -> rows.append(row(storage, own))));
    return rows.toString();
  }

  private String page(String name) {
    return """
        # What the service itself costs

        The model is replaced by one that answers at once with an image of 64 x 64. Jobs a second with the queue full; the time from when a request was due to its event at a `read_committed` reader, at the rate in the table, by default half of that; processor time of each process, in milliseconds a job, while the queue was full. Medians of %d runs; the workers took turns. %d jobs to warm up, %d measured, then %d s at the lower rate.

        %s

        %s
        ![jobs a second and times](%s.svg)

        `local` is the S3 server that comes with sanaq, on this machine's disk; `memory` is a stand-in that costs nearly nothing. How to repeat it, and what the two workers promise: [load-tests/overhead](../overhead/README.md).
        """
        .formatted(
            plan.runs(),
            plan.warmUp(),
            plan.jobs(),
            plan.pacedTime().toSeconds(),
            MachineInfo.describe(),
            table(),
            name);
  }

  private Map<String, Measurement> medians() {
    Map<String, Measurement> medians = new TreeMap<>();
    results.forEach(
        (storage, runs) ->
            byWorker(runs)
                .forEach(
                    (worker, own) ->
                        medians.put(worker + ", " + lower(storage), Measurement.median(own))));
    return medians;
  }

  private static String row(StorageKind storage, List<Measurement> runs) {
    Measurement m = Measurement.median(runs);
    Measurement.Cpu cpu = m.cpu();
    String each =
        runs.stream()
            .map(run -> "%.0f".formatted(run.jobsPerSecond()))
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

package dev.sanaq.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The order to stop, in the middle of the work. */
class DrainIT {
  private static final int JOBS = 24;
  private static final int SHAPES = 6;
  private static final int STEPS = 60;
  private static final int SIDE = 512;
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final Duration GRACE = Duration.ofSeconds(30);

  @Test
  void sigtermInTheMiddleOfABatchRunsNothingTwiceAndLosesNothing() {
    try (Processes processes = new Processes("drain");
        Cluster cluster = new Cluster(processes, Scale.seed());
        Ledger ledger = new Ledger(cluster.bootstrapServers());
        Reader reader = new Reader(cluster.bootstrapServers())) {
      Path checkpoint = TinyCheckpoint.write(processes.folder().resolve("model"));
      Map<String, String> config = WorkerSettings.of(cluster);
      config.put("sanaq.limits.side", String.valueOf(SIDE));
      IntStream.range(0, JOBS).forEach(i -> ledger.send(slow(i)));
      Managed first = Workers.serve(processes, config, checkpoint, Processes.freePort());
      reader.readUntil(
          PATIENCE,
          () -> "a job ends and another begins: %s\n%s".formatted(reader.starts(), first.output()),
          () -> !reader.endings().isEmpty() && reader.starts().size() > reader.endings().size());
      int before = reader.endings().size();
      long began = System.nanoTime();
      first.terminate();
      int code = first.exitCode(GRACE.plusSeconds(10));
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      reader.readUntil(PATIENCE, () -> "nothing is left open", reader::atEnd);
      int finished = reader.endings().size();
      long left = reader.lag();

      try (Workers next =
          new Workers(1, port -> Workers.serve(processes, config, checkpoint, port))) {
        reader.readUntil(
            PATIENCE,
            () -> "%d of %d ended".formatted(reader.endings().size(), JOBS),
            () -> reader.endings().size() >= JOBS && reader.lag() == 0 && reader.atEnd());
        report(took, code, before, finished, left, reader);
      }
      assertThat(finished).as("ended by the first worker, of %d", JOBS).isLessThan(JOBS);
      assertThat(code).as("exit code").isZero();
      assertThat(took).isLessThan(GRACE);
      // What ended out of order may stand in the commit's metadata only, so there may be more.
      assertThat(left).as("lag between the workers").isBetween((long) JOBS - finished, JOBS - 1L);
      assertThat(reader.starts()).as("drawings begun").hasSize(JOBS);
      assertThat(reader.starts().values()).as("drawings begun a job").containsOnly(1);
      assertThat(Audit.of(ledger, reader, cluster.storage(), Set.of()).findings()).isEmpty();
      assertThat(Objects.keys(cluster.storage()))
          .noneMatch(key -> key.matches(".*/attempts/2.json"));
    }
  }

  // Of several shapes, so that no worker may take all of them for one batch.
  private static Asked slow(int i) {
    int steps = STEPS + i / (JOBS / SHAPES);
    return Prompts.ask("job-" + i, "a large picture", SIDE, steps, Set.of("completed"));
  }

  private static void report(
      Duration took, int code, int before, int finished, long left, Reader reader) {
    Report report = new Report("SIGTERM in the middle of a batch");
    report.line("jobs", JOBS);
    report.line("ended when SIGTERM came", before);
    report.line("ended when the worker was gone", finished);
    report.line("lag then", left);
    report.line("exit code", code);
    report.line("milliseconds from SIGTERM to the end", took.toMillis());
    report.line(
        "jobs begun more than once",
        reader.starts().values().stream().filter(count -> count > 1).count());
    report.line("jobs lost", JOBS - reader.endings().size());
    report.print();
  }
}

package dev.sanaq.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.faults.audit.DeliveryAudit;
import dev.sanaq.faults.audit.EventCollector;
import dev.sanaq.faults.audit.FaultReport;
import dev.sanaq.faults.audit.FaultScale;
import dev.sanaq.faults.audit.TrackingProducer;
import dev.sanaq.faults.process.Cluster;
import dev.sanaq.faults.process.TinyCheckpoint;
import dev.sanaq.faults.process.WorkerPool;
import dev.sanaq.faults.process.WorkerSettings;
import dev.sanaq.faults.request.ExpectedRequest;
import dev.sanaq.faults.request.TestRequests;
import dev.sanaq.faults.storage.S3Objects;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
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
  private static final int IMAGE_SIDE = 512;
  private static final Duration TIMEOUT = Duration.ofSeconds(120);
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(30);

  @Test
  void sigterm_midBatch_losesNothingAndRunsNothingTwice() {
    try (TestProcesses processes = new TestProcesses("drain");
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        TrackingProducer ledger = new TrackingProducer(cluster.bootstrapServers());
        EventCollector reader = new EventCollector(cluster.bootstrapServers())) {
      Path checkpoint = TinyCheckpoint.write(processes.folder().resolve("model"));
      Map<String, String> config = WorkerSettings.of(cluster);
      config.put("sanaq.limits.max-side", String.valueOf(IMAGE_SIDE));
      IntStream.range(0, JOBS).forEach(i -> ledger.send(slowRequest(i)));
      ManagedProcess first =
          WorkerPool.startWorker(processes, config, checkpoint, TestProcesses.freePort());
      reader.readUntil(
          TIMEOUT,
          () ->
              "a job ends and another begins: %s\n%s"
                  .formatted(reader.startCounts(), first.output()),
          () ->
              !reader.terminalEvents().isEmpty()
                  && reader.startCounts().size() > reader.terminalEvents().size());
      int before = reader.terminalEvents().size();
      long began = System.nanoTime();
      first.terminate();
      int code = first.exitCode(SHUTDOWN_TIMEOUT.plusSeconds(10));
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      reader.readUntil(TIMEOUT, () -> "nothing is left open", reader::isAtEnd);
      int finished = reader.terminalEvents().size();
      long left = reader.lag();

      try (WorkerPool next =
          new WorkerPool(1, port -> WorkerPool.startWorker(processes, config, checkpoint, port))) {
        reader.readUntil(
            TIMEOUT,
            () -> "%d of %d ended".formatted(reader.terminalEvents().size(), JOBS),
            () -> reader.terminalEvents().size() >= JOBS && reader.lag() == 0 && reader.isAtEnd());
        report(took, code, before, finished, left, reader);
      }
      assertThat(finished).as("ended by the first worker, of %d", JOBS).isLessThan(JOBS);
      assertThat(code).as("exit code").isZero();
      assertThat(took).isLessThan(SHUTDOWN_TIMEOUT);
      // What ended out of order may stand in the commit's metadata only, so there may be more.
      assertThat(left).as("lag between the workers").isBetween((long) JOBS - finished, JOBS - 1L);
      assertThat(reader.startCounts()).as("drawings begun").hasSize(JOBS);
      assertThat(reader.startCounts().values()).as("drawings begun a job").containsOnly(1);
      assertThat(DeliveryAudit.of(ledger, reader, cluster.storage(), Set.of()).findings())
          .isEmpty();
      assertThat(S3Objects.keys(cluster.storage()))
          .noneMatch(key -> key.matches(".*/attempts/2.json"));
    }
  }

  // Of several shapes, so that no worker may take all of them for one batch.
  private static ExpectedRequest slowRequest(int i) {
    int steps = STEPS + i / (JOBS / SHAPES);
    return TestRequests.request(
        "job-" + i, "a large image", IMAGE_SIDE, steps, Set.of("completed"));
  }

  private static void report(
      Duration took, int code, int before, int finished, long left, EventCollector reader) {
    FaultReport report = new FaultReport("SIGTERM in the middle of a batch");
    report.line("jobs", JOBS);
    report.line("ended when SIGTERM came", before);
    report.line("ended when the worker was gone", finished);
    report.line("lag then", left);
    report.line("exit code", code);
    report.line("milliseconds from SIGTERM to the end", took.toMillis());
    report.line(
        "jobs begun more than once",
        reader.startCounts().values().stream().filter(count -> count > 1).count());
    report.line("jobs lost", JOBS - reader.terminalEvents().size());
    report.print();
  }
}

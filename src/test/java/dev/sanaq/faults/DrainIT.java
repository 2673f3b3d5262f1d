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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** SIGTERM while jobs run. */
@Tag("slow") // starts a broker, S3 and two workers as processes
class DrainIT {
  private static final int JOBS = 24;
  private static final int BATCH_KEYS = 6;
  private static final int STEPS = 60;
  private static final int IMAGE_SIDE = 512;
  private static final Duration TIMEOUT = Duration.ofSeconds(120);
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(30);

  @Test
  void sigterm_midBatch_losesNothingAndRunsNothingTwice() {
    try (TestProcesses processes = new TestProcesses("drain");
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        TrackingProducer producer = new TrackingProducer(cluster.bootstrapServers());
        EventCollector collector = new EventCollector(cluster.bootstrapServers())) {
      Path checkpoint = TinyCheckpoint.write(processes.folder().resolve("model"));
      Map<String, String> config = WorkerSettings.of(cluster);
      config.put("sanaq.limits.max-side", String.valueOf(IMAGE_SIDE));
      IntStream.range(0, JOBS).forEach(i -> producer.send(slowRequest(i)));
      ManagedProcess first =
          WorkerPool.startWorker(processes, config, checkpoint, TestProcesses.freePort());
      collector.readUntil(
          TIMEOUT,
          () ->
              "a job ends and another starts: %s\n%s"
                  .formatted(collector.startCounts(), first.output()),
          () ->
              !collector.terminalEvents().isEmpty()
                  && collector.startCounts().size() > collector.terminalEvents().size());
      int finishedBefore = collector.terminalEvents().size();
      long startNanos = System.nanoTime();
      first.terminate();
      int exitCode = first.exitCode(SHUTDOWN_TIMEOUT.plusSeconds(10));
      Duration duration = Duration.ofNanos(System.nanoTime() - startNanos);
      collector.readUntil(TIMEOUT, () -> "a transaction is open", collector::isAtEnd);
      int finished = collector.terminalEvents().size();
      long lag = collector.lag();

      try (WorkerPool next =
          new WorkerPool(1, port -> WorkerPool.startWorker(processes, config, checkpoint, port))) {
        collector.readUntil(
            TIMEOUT,
            () -> "%s of %s ended".formatted(collector.terminalEvents().size(), JOBS),
            () ->
                collector.terminalEvents().size() >= JOBS
                    && collector.lag() == 0
                    && collector.isAtEnd());
        report(duration, exitCode, finishedBefore, finished, lag, collector);
      }
      assertThat(finished).as("jobs that the first worker finished, of %s", JOBS).isLessThan(JOBS);
      assertThat(exitCode).as("exit code").isZero();
      assertThat(duration).isLessThan(SHUTDOWN_TIMEOUT);
      // Jobs that ended out of order are in the commit's metadata only, so the lag may be larger.
      assertThat(lag).as("lag between the workers").isBetween((long) JOBS - finished, JOBS - 1L);
      assertThat(collector.startCounts()).as("jobs started").hasSize(JOBS);
      assertThat(collector.startCounts().values()).as("starts of a job").containsOnly(1);
      assertThat(DeliveryAudit.of(producer, collector, cluster.storage(), Set.of()).findings())
          .isEmpty();
      assertThat(S3Objects.keys(cluster.storage()))
          .noneMatch(key -> key.matches(".*/attempts/2.json"));
    }
  }

  // Several batch keys, so that no worker can run all jobs as one batch.
  private static ExpectedRequest slowRequest(int i) {
    int steps = STEPS + i / (JOBS / BATCH_KEYS);
    return TestRequests.request(
        "job-" + i, "a large image", IMAGE_SIDE, steps, Set.of("completed"));
  }

  private static void report(
      Duration duration,
      int exitCode,
      int finishedBefore,
      int finished,
      long lag,
      EventCollector collector) {
    FaultReport report = new FaultReport("SIGTERM while a batch runs");
    report.line("jobs", JOBS);
    report.line("jobs finished before SIGTERM", finishedBefore);
    report.line("jobs finished when the worker exited", finished);
    report.line("lag then", lag);
    report.line("exit code", exitCode);
    report.line("milliseconds from SIGTERM to the exit", duration.toMillis());
    report.line(
        "generations started more than once",
        collector.startCounts().values().stream().filter(count -> count > 1).count());
    report.line("jobs lost", JOBS - collector.terminalEvents().size());
    report.print();
  }
}

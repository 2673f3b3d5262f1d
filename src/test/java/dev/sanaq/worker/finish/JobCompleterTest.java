package dev.sanaq.worker.finish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.JobOutcome.Cancelled;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.storage.health.StorageProbe;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.storage.result.AttemptStore;
import dev.sanaq.worker.attempt.AttemptCounter;
import dev.sanaq.worker.attempt.OutcomeRecorder;
import dev.sanaq.worker.observe.WorkerMetrics;
import dev.sanaq.worker.queue.ActiveJobs;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.JobExecutions;
import dev.sanaq.worker.queue.JobPhase;
import dev.sanaq.worker.queue.JobQueue;
import dev.sanaq.worker.queue.WorkerJobs;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

class JobCompleterTest {
  private static final Clock CLOCK = Clock.systemUTC();

  @Test
  void publish_withFailingMetric_publishesOnceAndReleasesJob() {
    ActiveJobs active = new ActiveJobs();
    PendingResults pending = new PendingResults();
    JobExecution execution = JobExecutions.queued("job");
    active.add(execution);
    execution.moveTo(JobPhase.STARTING);

    completer(active, pending).publish(execution, new Cancelled("job", "", 0, Map.of(), ""));

    assertThat(active.size()).isZero();
    assertThat(pending.pollBatch(10, Long.MAX_VALUE)).hasSize(1);
    assertThat(execution.phase()).isEqualTo(JobPhase.PUBLISHING);
  }

  private static JobCompleter completer(ActiveJobs active, PendingResults pending) {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    registry.config().meterFilter(failingOn("sanaq.job.duration"));
    WorkerMetrics metrics = new WorkerMetrics(registry, CLOCK);
    JobQueue queue = new JobQueue(active, Duration.ofMinutes(1), 8, Duration.ZERO, key -> 8);
    S3Client s3 =
        S3Client.builder().region(software.amazon.awssdk.regions.Region.US_EAST_1).build();
    AttemptStore noAttempts = new AttemptStore(s3, new OutputLocation("b", ""));
    AttemptCounter attempts = new AttemptCounter(noAttempts, 3, "worker", CLOCK);
    StorageProbe noProbe = new StorageProbe(s3, new OutputLocation("b", ""), "worker");
    return new JobCompleter(
        new WorkerJobs(queue, active, 10),
        pending,
        new TerminalEvents(new JobEventFactory("/test", image -> "", CLOCK), "events", metrics),
        attempts,
        new OutcomeRecorder(attempts, new StorageRetry(noProbe, Duration.ZERO, () -> {})),
        metrics);
  }

  private static MeterFilter failingOn(String name) {
    return new MeterFilter() {
      @Override
      public MeterFilterReply accept(Meter.Id id) {
        if (id.getName().equals(name)) {
          throw new IllegalStateException("registry is broken");
        }
        return MeterFilterReply.NEUTRAL;
      }
    };
  }
}

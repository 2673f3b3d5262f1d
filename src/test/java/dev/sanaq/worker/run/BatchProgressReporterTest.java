package dev.sanaq.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.estimate.ThroughputEstimator;
import dev.sanaq.job.StoredImage;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.kafka.event.ProgressSink;
import dev.sanaq.kafka.request.Cancellation;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.testing.MutableClock;
import dev.sanaq.worker.attempt.CancellationRegistry;
import dev.sanaq.worker.attempt.JobTermination;
import dev.sanaq.worker.attempt.ShutdownState;
import dev.sanaq.worker.attempt.TerminationDecision;
import dev.sanaq.worker.observe.WorkerMetrics;
import dev.sanaq.worker.queue.ActiveJobs;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.JobExecutions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BatchProgressReporterTest {
  private static final Clock CLOCK = Clock.systemUTC();

  private final CancellationRegistry cancellations =
      new CancellationRegistry(Duration.ofDays(1), 10, Clock.systemUTC());
  private final ThroughputEstimator<BatchKey> throughput = new ThroughputEstimator<>(1, 10);
  private final JobExecution execution = JobExecutions.queued("job");
  private final BatchProgressReporter reporter =
      new BatchProgressReporter(
          List.of(execution),
          new JobTermination(cancellations, throughput, new ShutdownState(), CLOCK),
          reporting(),
          () -> {});

  @Test
  void cancelledJob_stopsWithItsOutcome() {
    cancellations.put(new Cancellation("job", "changed my mind", Instant.now()));
    assertThat(reporter.shouldContinue(0)).isFalse();
    assertThat(reporter.stopDecision(execution)).isInstanceOf(TerminationDecision.Finish.class);
  }

  @Test
  void cancelledJob_revokedBeforeTheBatchEnds_isAbandoned() {
    cancellations.put(new Cancellation("job", "changed my mind", Instant.now()));
    assertThat(reporter.shouldContinue(0)).isFalse();
    ActiveJobs active = new ActiveJobs();
    active.add(execution);
    active.abandonIf(job -> true);
    assertThat(reporter.stopDecision(execution)).isInstanceOf(TerminationDecision.Abandon.class);
  }

  @Test
  void clockThatJumps_changesNoDuration() {
    for (Duration jump : List.of(Duration.ofHours(1), Duration.ofHours(-1))) {
      MutableClock clock = new MutableClock();
      BatchProgressReporter jumping =
          new BatchProgressReporter(
              List.of(execution),
              new JobTermination(cancellations, throughput, new ShutdownState(), CLOCK),
              reporting(clock),
              () -> {});
      clock.advance(jump);
      jumping.finished(List.of(new BatchResult.Done(new GenerationResult(List.of(), Map.of()))));
      assertThat(jumping.deviceTime(execution))
          .isBetween(Duration.ofNanos(1), Duration.ofSeconds(10));
      assertThat(throughput.estimateSeconds(execution.batchKey(), 1).orElse(0))
          .isBetween(1e-9, 10.0);
    }
  }

  private BatchReporting reporting() {
    return reporting(CLOCK);
  }

  private BatchReporting reporting(Clock clock) {
    JobEventFactory events =
        new JobEventFactory("/test", image -> new StoredImage.Url("", Optional.empty()), CLOCK);
    return new BatchReporting(
        new JobProgressSender(events, event -> ProgressSink.DONE, "worker", false),
        new InferenceWatchdog(CLOCK, Duration.ofMinutes(1)),
        throughput,
        new WorkerMetrics(new SimpleMeterRegistry(), CLOCK, "m"),
        Duration.ofSeconds(1),
        clock);
  }
}

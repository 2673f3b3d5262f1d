package dev.sanaq.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.estimate.ThroughputEstimator;
import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.JobOutcome.Cancelled;
import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.kafka.request.Cancellation;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.worker.queue.ActiveJobs;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.JobExecutions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Why a job stops, and at which moment. */
class JobTerminationTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  private final CancellationRegistry cancellations =
      new CancellationRegistry(Duration.ofDays(1), 10, Clock.fixed(NOW, ZoneOffset.UTC));
  private final ThroughputEstimator<BatchKey> throughput = new ThroughputEstimator<>(2, 10);
  private final ShutdownState shutdown = new ShutdownState();
  private final JobTermination termination =
      new JobTermination(cancellations, throughput, shutdown, Clock.fixed(NOW, ZoneOffset.UTC));

  @Test
  void job_withoutReason_continues() {
    JobExecution execution = JobExecutions.queued("job");
    assertContinues(termination.beforeStart(execution));
    assertContinues(termination.beforeRun(execution));
    assertContinues(termination.duringRun(execution, Duration.ofHours(1)));
  }

  @Test
  void cancelledJob_isFinishedAtAnyMoment() {
    JobExecution execution = JobExecutions.queued("job");
    cancellations.put(new Cancellation("job", "changed my mind", NOW));
    assertCancelled(termination.beforeStart(execution));
    assertCancelled(termination.beforeRun(execution));
    assertCancelled(termination.duringRun(execution, Duration.ZERO));
  }

  @Test
  void abandonedJob_isAbandonedEvenIfCancelled() {
    JobExecution execution = JobExecutions.queued("job");
    ActiveJobs active = new ActiveJobs();
    active.add(execution);
    active.abandonIf(job -> true);
    cancellations.put(new Cancellation("job", "changed my mind", NOW));
    assertAbandoned(termination.beforeStart(execution));
    assertAbandoned(termination.beforeRun(execution));
    assertAbandoned(termination.duringRun(execution, Duration.ZERO));
  }

  @Test
  void shutdown_abandonsRunningJobOnlyIfItExceedsGrace() {
    JobExecution execution = JobExecutions.queued("job");
    shutdown.start(Duration.ofMinutes(5));
    assertContinues(termination.beforeStart(execution));
    assertAbandoned(termination.beforeRun(execution));
    assertContinues(termination.duringRun(execution, Duration.ofMinutes(1)));
    assertAbandoned(termination.duringRun(execution, Duration.ofMinutes(10)));
  }

  @Test
  void deadline_beforeStart_countsEstimatedDuration() {
    JobExecution execution = withDeadline(NOW.plusSeconds(10));
    throughput.recordMeasurement(execution.batchKey(), 1, 60);
    assertContinues(termination.beforeStart(execution));
    throughput.recordMeasurement(execution.batchKey(), 1, 60);
    assertDeadlineExceeded(termination.beforeStart(execution));
    assertContinues(termination.beforeRun(execution));
  }

  /** Otherwise no job with a deadline would run again, and nothing would be measured. */
  @Test
  void deadline_slowFirstBatch_doesNotRejectLaterJobs() {
    JobExecution execution = withDeadline(NOW.plusSeconds(10));
    throughput.recordMeasurement(execution.batchKey(), 1, 60);
    assertContinues(termination.beforeStart(execution));
    throughput.recordMeasurement(execution.batchKey(), 1, 1);
    assertContinues(termination.beforeStart(execution));
  }

  @Test
  void deadline_passed_finishesAtAnyMoment() {
    JobExecution execution = withDeadline(NOW.minusSeconds(1));
    assertDeadlineExceeded(termination.beforeStart(execution));
    assertDeadlineExceeded(termination.beforeRun(execution));
    assertDeadlineExceeded(termination.duringRun(execution, Duration.ZERO));
  }

  private static JobExecution withDeadline(Instant deadline) {
    return JobExecutions.queued("job", Map.of("deadline", deadline.toString()), NOW, 0);
  }

  private static void assertContinues(TerminationDecision decision) {
    assertThat(decision).isInstanceOf(TerminationDecision.Continue.class);
  }

  private static void assertAbandoned(TerminationDecision decision) {
    assertThat(decision).isInstanceOf(TerminationDecision.Abandon.class);
  }

  private static void assertCancelled(TerminationDecision decision) {
    assertThat(decision)
        .isInstanceOfSatisfying(
            TerminationDecision.Finish.class,
            finish -> assertThat(finish.outcome()).isInstanceOf(Cancelled.class));
  }

  private static void assertDeadlineExceeded(TerminationDecision decision) {
    assertThat(decision)
        .isInstanceOfSatisfying(
            TerminationDecision.Finish.class,
            finish ->
                assertThat(((Failed) finish.outcome()).error().code())
                    .isEqualTo(ErrorCode.DEADLINE_EXCEEDED));
  }
}

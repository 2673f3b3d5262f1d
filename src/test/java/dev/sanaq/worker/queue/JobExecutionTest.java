package dev.sanaq.worker.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Job;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.RequestLimits;
import dev.sanaq.job.validation.RequestValidator;
import dev.sanaq.job.validation.ValidationResult;
import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.storage.result.Attempt;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.worker.ModelAdapter;
import dev.sanaq.worker.observe.JobTracer;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** The phases of a job. */
class JobExecutionTest {
  private static final OutputLocation HOME = new OutputLocation("home", "");
  private static final Attempt ATTEMPT = new Attempt(1, "w", Instant.EPOCH, "requests-0@0");

  private final JobExecution execution = execution();

  @Test
  void job_throughAllPhases_keepsItsAttempt() {
    execution.moveTo(JobPhase.STARTING);
    execution.setAttempt(ATTEMPT, 2);
    execution.moveTo(JobPhase.RUNNING);
    execution.moveTo(JobPhase.STORING);
    execution.moveTo(JobPhase.PUBLISHING);
    assertThat(execution.phase()).isEqualTo(JobPhase.PUBLISHING);
    assertThat(execution.attempt()).contains(ATTEMPT);
    assertThat(execution.attemptCount()).isEqualTo(2);
  }

  @Test
  void quarantinedJob_returnsToQueueAndStartsAgain() {
    execution.moveTo(JobPhase.STARTING);
    execution.moveTo(JobPhase.QUEUED);
    execution.moveTo(JobPhase.STARTING);
    assertThat(execution.phase()).isEqualTo(JobPhase.STARTING);
  }

  @Test
  void illegalTransition_throwsAndKeepsPhase() {
    assertThatIllegalStateException()
        .isThrownBy(() -> execution.moveTo(JobPhase.STORING))
        .withMessageContaining("from QUEUED to STORING");
    assertThat(execution.phase()).isEqualTo(JobPhase.QUEUED);
  }

  @Test
  void endedJob_neverMovesAgain() {
    execution.moveTo(JobPhase.ABANDONED);
    for (JobPhase next : JobPhase.values()) {
      assertThatIllegalStateException().isThrownBy(() -> execution.moveTo(next));
    }
  }

  @Test
  void jobWithoutAttempt_cannotRun() {
    execution.moveTo(JobPhase.STARTING);
    assertThatIllegalStateException().isThrownBy(() -> execution.moveTo(JobPhase.RUNNING));
  }

  @Test
  void attempt_isSetOnceAndOnlyWhileStarting() {
    assertThatIllegalStateException().isThrownBy(() -> execution.setAttempt(ATTEMPT, 1));
    execution.moveTo(JobPhase.STARTING);
    execution.setAttempt(ATTEMPT, 1);
    assertThatIllegalStateException().isThrownBy(() -> execution.setAttempt(ATTEMPT, 2));
    assertThat(execution.attemptCount()).isEqualTo(1);
  }

  private static JobExecution execution() {
    RequestValidator validator =
        new RequestValidator(
            ModelAdapter.defaults(GradientImageGenerator.MODEL),
            new RequestLimits(100, 4096, 50, 20, 8, 200, false, false, HOME, List.of(HOME)));
    GenerationRequest request = new GenerationRequest(Map.of("prompt", "p"));
    Job job = ((ValidationResult.Valid) validator.validate(request, "id")).job();
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("requests", 0, 0, new byte[0], new byte[0]);
    return new JobExecution(
        record,
        OffsetTracker.from(null),
        job,
        new JobTracer(OpenTelemetry.noop()).startSpan(record, job, Instant.EPOCH),
        Instant.EPOCH);
  }
}

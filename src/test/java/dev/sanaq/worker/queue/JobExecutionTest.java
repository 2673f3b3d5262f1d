package dev.sanaq.worker.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.sanaq.storage.result.Attempt;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The phases of a job. */
class JobExecutionTest {
  private static final Attempt ATTEMPT = new Attempt(1, "w", Instant.EPOCH, "requests-0@0");

  private final JobExecution execution = JobExecutions.queued("id");

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
}

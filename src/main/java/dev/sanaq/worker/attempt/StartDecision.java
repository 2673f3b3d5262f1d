package dev.sanaq.worker.attempt;

import dev.sanaq.job.JobOutcome;
import dev.sanaq.storage.result.Attempt;

/** Whether a job starts, as {@link AttemptGate} decides from what S3 has stored about it. */
public sealed interface StartDecision {
  /**
   * The job starts: its attempt is counted.
   *
   * @param attempt as stored in S3
   * @param attemptCount attempts of this request so far, this one included; from 1
   */
  record Start(Attempt attempt, int attemptCount) implements StartDecision {}

  /** An earlier attempt did not finish: the job starts when no other job is active. */
  record Quarantine() implements StartDecision {}

  /**
   * The job does not start: this is its outcome.
   *
   * @param stored whether it is known from S3, so that it need not be stored
   */
  record Finish(JobOutcome outcome, boolean stored) implements StartDecision {}
}

package dev.sanaq.worker.attempt;

import dev.sanaq.job.JobOutcome;
import dev.sanaq.storage.result.Attempt;

/** What the storage says of a job whose turn it is. */
public sealed interface StartDecision {
  /**
   * The work may begin: it has been counted.
   *
   * @param attempt as it is counted
   * @param attemptCount how often this request was begun, this time included
   */
  record Start(Attempt attempt, int attemptCount) implements StartDecision {}

  /** It was begun before and did not end: its turn is when nothing else is under way. */
  record Quarantine() implements StartDecision {}

  /** There is nothing to draw: it was done before, or must not be done. */
  record Finish(JobOutcome outcome) implements StartDecision {}
}

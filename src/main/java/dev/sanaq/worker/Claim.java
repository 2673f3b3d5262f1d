package dev.sanaq.worker;

import dev.sanaq.job.JobOutcome;
import dev.sanaq.storage.Attempt;

/** What the storage says of a job whose turn it is. */
sealed interface Claim {
  /**
   * The work may begin: it has been counted.
   *
   * @param attempt as it is counted
   * @param tries how often this request was begun, this time included
   */
  record Begun(Attempt attempt, int tries) implements Claim {}

  /** It was begun before and did not end: its turn is when nothing else is under way. */
  record Suspect() implements Claim {}

  /** There is nothing to draw: it was done before, or must not be done. */
  record Over(JobOutcome outcome) implements Claim {}
}

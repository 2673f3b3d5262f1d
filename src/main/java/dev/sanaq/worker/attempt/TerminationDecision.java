package dev.sanaq.worker.attempt;

import dev.sanaq.job.JobOutcome;

/** Whether a job should stop, as {@link JobTermination} decides. */
public sealed interface TerminationDecision {
  /** The job continues. */
  record Continue() implements TerminationDecision {}

  /** The job was cancelled or cannot meet its deadline: this outcome is published. */
  record Finish(JobOutcome outcome) implements TerminationDecision {}

  /**
   * Another worker does the job: its partition was revoked, S3 is down, or the worker shuts down.
   */
  record Abandon() implements TerminationDecision {}
}

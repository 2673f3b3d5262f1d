package dev.sanaq.storage.result;

import dev.sanaq.job.JobOutcome.Completed;

/** What stands in a job's marker after an attempt to write it. */
public sealed interface CommitResult {
  /** Ours, written now or by an earlier try of the same request. */
  record Committed(Completed result) implements CommitResult {}

  /** Another request's, which was first with this id. */
  record Conflict(Completed result) implements CommitResult {}
}

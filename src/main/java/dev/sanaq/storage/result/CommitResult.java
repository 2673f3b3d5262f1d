package dev.sanaq.storage.result;

import dev.sanaq.job.JobOutcome.Completed;

/** The content of a job's commit marker after an attempt to write it. */
public sealed interface CommitResult {
  /** The result of this request, written now or by an earlier attempt. */
  record Committed(Completed result) implements CommitResult {}

  /** The result of another request, which was first with this id. */
  record Conflict(Completed result) implements CommitResult {}
}

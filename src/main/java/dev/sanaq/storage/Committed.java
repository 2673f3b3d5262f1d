package dev.sanaq.storage;

import dev.sanaq.job.JobOutcome.Completed;

/** What stands in a job's marker after an attempt to write it. */
public sealed interface Committed {
  /** Ours, written now or by an earlier try of the same request. */
  record Ours(Completed result) implements Committed {}

  /** Another request's, which was first with this id. */
  record Theirs(Completed result) implements Committed {}
}

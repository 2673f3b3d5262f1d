package dev.sanaq.kafka.request;

import dev.sanaq.job.Job;
import dev.sanaq.job.JobOutcome;

/** The result of reading a request record. */
public sealed interface ReadResult {
  /** A valid request. */
  record Accepted(Job job) implements ReadResult {}

  /** An invalid request: the job fails. */
  record Invalid(JobOutcome.Failed failure) implements ReadResult {}

  /**
   * Not a request: goes to the dead letters.
   *
   * @param reason the error
   * @param id the job's id; empty if it could not be read
   */
  record Unreadable(String reason, String id) implements ReadResult {}
}

package dev.sanaq.kafka.request;

import dev.sanaq.job.Job;
import dev.sanaq.job.JobOutcome;

/** What the door says of a record. */
public sealed interface ReadResult {
  /** A job that keeps the rules. */
  record Accepted(Job job) implements ReadResult {}

  /** A request that breaks some. */
  record Invalid(JobOutcome.Failed failure) implements ReadResult {}

  /**
   * No request at all: for the dead letters.
   *
   * @param reason what was wrong
   * @param id the job's id where one could be read, otherwise empty
   */
  record Unreadable(String reason, String id) implements ReadResult {}
}

package dev.sanaq.intake;

import dev.sanaq.job.Job;
import dev.sanaq.job.JobOutcome;

/** What the door says of a record. */
public sealed interface Admission {
  /** A job that keeps the rules. */
  record Admitted(Job job) implements Admission {}

  /** A request that breaks some. */
  record Refused(JobOutcome.Failed failure) implements Admission {}

  /**
   * No request at all: for the dead letters.
   *
   * @param reason what was wrong
   * @param id the job's id where one could be read, otherwise empty
   */
  record Unreadable(String reason, String id) implements Admission {}
}

package dev.sanaq.job.validation;

import dev.sanaq.job.Job;
import dev.sanaq.job.JobOutcome;

/** What the rules say of a request. */
public sealed interface ValidationResult {
  /** It keeps them all. */
  record Valid(Job job) implements ValidationResult {}

  /** It breaks some: the failure names every wrong field. */
  record Invalid(JobOutcome.Failed failure) implements ValidationResult {}
}

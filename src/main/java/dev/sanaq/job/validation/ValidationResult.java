package dev.sanaq.job.validation;

import dev.sanaq.job.Job;
import dev.sanaq.job.JobOutcome;

/** The result of validating a request. */
public sealed interface ValidationResult {
  /** The request is valid. */
  record Valid(Job job) implements ValidationResult {}

  /** The request is invalid; the failure lists every invalid field. */
  record Invalid(JobOutcome.Failed failure) implements ValidationResult {}
}

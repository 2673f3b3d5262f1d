package dev.sanaq.job;

/** What the rules say of a request. */
public sealed interface Checked {
  /** It keeps them all. */
  record Accepted(Job job) implements Checked {}

  /** It breaks some: the failure names every wrong field. */
  record Refused(JobOutcome.Failed failure) implements Checked {}
}

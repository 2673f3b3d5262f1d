package dev.sanaq.faults.storage;

import java.time.Duration;

/** What happens to requests on their way to the storage. Shares are of all requests, 0 to 1. */
public sealed interface S3Fault {
  /** Nothing. */
  record Pass() implements S3Fault {}

  /** Each waits. */
  record Slow(Duration delay) implements S3Fault {}

  /** Some are answered with an error and go nowhere. */
  record Refuse(int status, double share) implements S3Fault {}

  /** Some are done, and the connection ends in the middle of the answer. */
  record Cut(double share) implements S3Fault {}

  /** Some uploads arrive with one bit another. */
  record Corrupt(double share) implements S3Fault {}

  /** Nobody listens: connections are refused, and the open ones end. */
  record Stopped() implements S3Fault {}
}

package dev.sanaq.faults.storage;

import java.time.Duration;

/** A fault on the way to S3. Shares are fractions of all requests, 0 to 1. */
public sealed interface S3Fault {
  /** No fault. */
  record Pass() implements S3Fault {}

  /** Every request is delayed. */
  record Slow(Duration delay) implements S3Fault {}

  /** Some requests get an error and are not forwarded. */
  record Refuse(int status, double share) implements S3Fault {}

  /** Some requests are executed, and the connection breaks in the middle of the response. */
  record Cut(double share) implements S3Fault {}

  /** Some uploads arrive with one bit flipped. */
  record Corrupt(double share) implements S3Fault {}

  /** Connections are refused, and open ones are closed. */
  record Stopped() implements S3Fault {}
}

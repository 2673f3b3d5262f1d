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

  /** Uploads get an error, as from a full disk or an exhausted quota; everything else works. */
  record Full(int status, String code) implements S3Fault {}

  /** A missing object is answered with 403, as S3 does if the role may not list the bucket. */
  record NoListing() implements S3Fault {}

  /** After a 412 the connection is closed, without a header that says so, as MinIO does. */
  record CloseAfterConflict() implements S3Fault {}

  /** Some requests are executed, and the connection breaks in the middle of the response. */
  record Cut(double share) implements S3Fault {}

  /** Some uploads arrive with one bit flipped. */
  record Corrupt(double share) implements S3Fault {}

  /** Connections are refused, and open ones are closed. */
  record Stopped() implements S3Fault {}
}

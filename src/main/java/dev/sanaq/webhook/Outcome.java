package dev.sanaq.webhook;

import java.time.Duration;

/** What an attempt came to. */
sealed interface Outcome {
  /** The receiver took it. */
  record Taken(int status) implements Outcome {}

  /** The receiver wants no more of it. */
  record Gone() implements Outcome {}

  /** The address may not be called. */
  record Refused(String why) implements Outcome {}

  /**
   * Not this time.
   *
   * @param why for people
   * @param retryAfter how long the receiver wants to be left alone; zero where it did not say
   */
  record Failed(String why, Duration retryAfter) implements Outcome {}
}

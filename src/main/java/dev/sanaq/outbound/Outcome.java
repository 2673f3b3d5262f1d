package dev.sanaq.outbound;

import java.time.Duration;

/** What a call came to. */
public sealed interface Outcome {
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
   * @param status of the answer; 0 where there was none
   * @param retryAfter how long the receiver wants to be left alone; zero where it did not say
   */
  record Failed(String why, int status, Duration retryAfter) implements Outcome {
    /** There was no answer. */
    public static Failed unanswered(String why) {
      return new Failed(why, 0, Duration.ZERO);
    }
  }
}

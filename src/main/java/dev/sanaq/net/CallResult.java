package dev.sanaq.net;

import java.time.Duration;

/** What a call came to. */
public sealed interface CallResult {
  /** The receiver took it. */
  record Success(int status) implements CallResult {}

  /** The receiver wants no more of it. */
  record Gone() implements CallResult {}

  /** The address may not be called. */
  record NotAllowed(String reason) implements CallResult {}

  /**
   * Not this time.
   *
   * @param reason for people
   * @param status of the answer; 0 where there was none
   * @param retryAfter how long the receiver wants to be left alone; zero where it did not say
   */
  record Failed(String reason, int status, Duration retryAfter) implements CallResult {
    /** There was no answer. */
    public static Failed noResponse(String why) {
      return new Failed(why, 0, Duration.ZERO);
    }
  }
}

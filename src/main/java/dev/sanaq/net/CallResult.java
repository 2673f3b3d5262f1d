package dev.sanaq.net;

import java.time.Duration;

/** The result of an HTTP call. */
public sealed interface CallResult {
  /** The receiver answered 2xx. */
  record Success(int status) implements CallResult {}

  /** The receiver answered 410: it wants no further calls. */
  record Gone() implements CallResult {}

  /** The URL policy does not allow the URL; nothing was sent. */
  record NotAllowed(String reason) implements CallResult {}

  /**
   * The call failed and may be retried.
   *
   * @param reason for people
   * @param status the HTTP status; 0 without a response
   * @param retryAfter the response's Retry-After, at most a day; zero without one
   */
  record Failed(String reason, int status, Duration retryAfter) implements CallResult {
    /** A failure without a response. */
    public static Failed noResponse(String reason) {
      return new Failed(reason, 0, Duration.ZERO);
    }
  }
}

package dev.sanaq.net;

import java.time.Duration;

/** The result of an HTTP call. */
public sealed interface CallResult {
  /** What happened, for people. */
  String reason();

  /**
   * Whether the same call would end like this again: a client error stays one, except for a timeout
   * and for too many requests.
   */
  default boolean isPermanent() {
    return true;
  }

  /** The receiver answered 2xx. */
  record Success(int status) implements CallResult {
    @Override
    public String reason() {
      return "answer " + status;
    }
  }

  /** The receiver answered 410: it wants no further calls. */
  record Gone() implements CallResult {
    @Override
    public String reason() {
      return "answer 410";
    }
  }

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
    private static final int FIRST_SERVER_ERROR = 500;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY_REQUESTS = 429;

    /** A failure without a response. */
    public static Failed noResponse(String reason) {
      return new Failed(reason, 0, Duration.ZERO);
    }

    @Override
    public boolean isPermanent() {
      return status != 0
          && status < FIRST_SERVER_ERROR
          && status != REQUEST_TIMEOUT
          && status != TOO_MANY_REQUESTS;
    }
  }
}

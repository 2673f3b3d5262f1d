package dev.sanaq.retry;

/** A retry was aborted because its result is no longer wanted, for example on shutdown. */
public final class RetryAbortedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RetryAbortedException() {
    super("retry aborted: the result is no longer wanted");
  }
}

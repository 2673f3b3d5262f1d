package dev.sanaq.retry;

/**
 * The result of a retried call is not wanted any more: the job went elsewhere, or shutdown began.
 */
public final class RetryAbortedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RetryAbortedException() {
    super("retry aborted: the result is not wanted any more");
  }
}

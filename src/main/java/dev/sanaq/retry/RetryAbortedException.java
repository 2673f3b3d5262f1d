package dev.sanaq.retry;

/** The work is no longer this worker's: its partition went elsewhere, or the time to stop came. */
public final class RetryAbortedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RetryAbortedException() {
    super("abandoned: somebody else will do this job");
  }
}

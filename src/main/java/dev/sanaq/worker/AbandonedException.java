package dev.sanaq.worker;

/** The work is no longer this worker's: its partition went elsewhere, or the time to stop came. */
final class AbandonedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AbandonedException() {
    super("abandoned: somebody else will do this job");
  }
}

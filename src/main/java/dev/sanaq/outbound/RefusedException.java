package dev.sanaq.outbound;

/**
 * An address may not be called, now or later. The message may be shown to whoever gave the address:
 * it says nothing of what the inside looks like.
 */
final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RefusedException(String message) {
    super(message);
  }
}

package dev.sanaq.net;

/**
 * An address may not be called, now or later. The message may be shown to whoever gave the address:
 * it says nothing of what the inside looks like.
 */
final class UrlNotAllowedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UrlNotAllowedException(String message) {
    super(message);
  }
}

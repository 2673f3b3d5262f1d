package dev.sanaq.net;

/**
 * The SSRF guard does not allow a URL; permanent. The message is safe to show to the client: it
 * does not describe the internal network.
 */
final class UrlNotAllowedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UrlNotAllowedException(String message) {
    super(message);
  }
}

package dev.sanaq.intake;

/** A CloudEvents envelope that breaks the CloudEvents specification; the message says how. */
final class BadEnvelopeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadEnvelopeException(String message) {
    super(message);
  }
}

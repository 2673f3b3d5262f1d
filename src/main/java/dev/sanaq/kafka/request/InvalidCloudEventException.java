package dev.sanaq.kafka.request;

/** A CloudEvents envelope violates the CloudEvents specification; the message says how. */
final class InvalidCloudEventException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InvalidCloudEventException(String message) {
    super(message);
  }
}

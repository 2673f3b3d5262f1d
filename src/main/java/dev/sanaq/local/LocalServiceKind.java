package dev.sanaq.local;

import java.util.Locale;

/** The local services for development. */
public enum LocalServiceKind {
  /** The Kafka broker. */
  KAFKA,
  /** The S3 server. */
  S3;

  /** The name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

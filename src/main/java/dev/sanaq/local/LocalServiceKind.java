package dev.sanaq.local;

import java.util.Locale;

/** The services that run on this machine for development. */
public enum LocalServiceKind {
  /** The broker. */
  KAFKA,
  /** The object store. */
  S3;

  /** The name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package dev.sanaq.local;

import java.util.List;
import java.util.Locale;

/** The local services for development. */
public enum LocalServiceKind {
  /** The Kafka broker. */
  KAFKA("kafka.bootstrap.servers"),
  /** The S3 server. */
  S3(
      "sanaq.storage.endpoint",
      "sanaq.storage.path-style",
      "sanaq.storage.access-key",
      "sanaq.storage.secret-key");

  private final List<String> configKeys;

  LocalServiceKind(String... configKeys) {
    this.configKeys = List.of(configKeys);
  }

  /** The configuration keys of the service's address and credentials, in printing order. */
  List<String> configKeys() {
    return configKeys;
  }

  /** The name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

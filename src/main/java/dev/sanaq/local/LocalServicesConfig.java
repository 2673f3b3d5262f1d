package dev.sanaq.local;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which services to start, and on which ports. With a fixed port, a restarted service is reachable
 * under the same address.
 *
 * @param kinds the services to start
 * @param kafkaPort the port of Kafka; 0 for any free one
 * @param s3Port the port of S3; 0 for any free one
 * @param topics topics that Kafka has beside the configured ones
 */
public record LocalServicesConfig(
    Set<LocalServiceKind> kinds, int kafkaPort, int s3Port, List<String> topics) {
  private static final int MAX_PORT = 65535;

  public LocalServicesConfig {
    kinds = Set.copyOf(kinds);
    topics = List.copyOf(topics);
    checkPort(kafkaPort);
    checkPort(s3Port);
  }

  /** With the configured topics alone. */
  public LocalServicesConfig(Set<LocalServiceKind> kinds, int kafkaPort, int s3Port) {
    this(kinds, kafkaPort, s3Port, List.of());
  }

  /** All services, on free ports. */
  public static LocalServicesConfig all() {
    return new LocalServicesConfig(EnumSet.allOf(LocalServiceKind.class), 0, 0);
  }

  private static void checkPort(int port) {
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          "invalid port %2$s: use 1 to %1$s, or 0 for a free one".formatted(MAX_PORT, port));
    }
  }
}

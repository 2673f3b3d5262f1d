package dev.sanaq.local;

import java.util.EnumSet;
import java.util.Set;

/**
 * Which services to start, and where: on a port of its own choice a service that dies can be
 * started again and be found by those who knew the first one.
 *
 * @param kinds what to start
 * @param kafkaPort Kafka's; 0 for any that is free
 * @param s3Port S3's; 0 for any that is free
 */
public record LocalServicesConfig(Set<LocalServiceKind> kinds, int kafkaPort, int s3Port) {
  private static final int MAX_PORT = 65535;

  public LocalServicesConfig {
    kinds = Set.copyOf(kinds);
    checkPort(kafkaPort);
    checkPort(s3Port);
  }

  /** Everything, on ports that are free. */
  public static LocalServicesConfig all() {
    return new LocalServicesConfig(EnumSet.allOf(LocalServiceKind.class), 0, 0);
  }

  private static void checkPort(int port) {
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          "a port is 0, for a free one, to %d; found %d".formatted(MAX_PORT, port));
    }
  }
}

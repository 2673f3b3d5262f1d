package dev.sanaq.local;

import java.util.EnumSet;
import java.util.Set;

/**
 * Which services to start, and where: on a port of its own choice a service that dies can be
 * started again and be found by those who knew the first one.
 *
 * @param parts what to start
 * @param kafkaPort Kafka's; 0 for any that is free
 * @param s3Port S3's; 0 for any that is free
 */
public record LocalPlan(Set<LocalPart> parts, int kafkaPort, int s3Port) {
  private static final int LAST_PORT = 65535;

  public LocalPlan {
    parts = Set.copyOf(parts);
    check(kafkaPort);
    check(s3Port);
  }

  /** Everything, on ports that are free. */
  public static LocalPlan everything() {
    return new LocalPlan(EnumSet.allOf(LocalPart.class), 0, 0);
  }

  private static void check(int port) {
    if (port < 0 || port > LAST_PORT) {
      throw new IllegalArgumentException(
          "a port is 0, for a free one, to %d; found %d".formatted(LAST_PORT, port));
    }
  }
}

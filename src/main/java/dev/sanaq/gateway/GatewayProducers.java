package dev.sanaq.gateway;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The gateway's beans whose classes belong to other features. */
final class GatewayProducers {
  private GatewayProducers() {}

  @Produces
  @Singleton
  static Clock clock() {
    return Clock.systemUTC();
  }
}

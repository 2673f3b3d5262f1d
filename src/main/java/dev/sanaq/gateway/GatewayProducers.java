package dev.sanaq.gateway;

import dev.sanaq.job.validation.RequestLimits;
import dev.sanaq.kafka.request.LimitsConfig;
import dev.sanaq.storage.OutputLocations;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.adapter.AdapterConfig;
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

  @Produces
  @Singleton
  static RequestLimits limits(LimitsConfig limits, StorageConfig storage, AdapterConfig adapters) {
    return limits.toLimits(
        OutputLocations.defaultLocation(storage),
        OutputLocations.allowed(storage),
        adapters.allowed());
  }
}

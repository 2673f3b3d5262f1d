package dev.sanaq.gateway.pool;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.kafka.TopicsConfig;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The topics of the channel {@code job-view}: the requests of every model, and the events. Reactive
 * Messaging reads this map for the channel's attributes that have no property. It does so at the
 * start of every process, also of one without a gateway, so nothing is validated here.
 */
final class JobViewTopics {
  private JobViewTopics() {}

  @Produces
  @Singleton
  @Identifier("job-view")
  static Map<String, Object> channel(GatewayConfig config, TopicsConfig topics) {
    Set<String> names = new LinkedHashSet<>();
    config
        .models()
        .values()
        .forEach(model -> names.add(model.requests().orElse(topics.requests())));
    if (names.isEmpty()) {
      names.add(topics.requests());
    }
    names.add(topics.events());
    return Map.of("topics", String.join(",", names));
  }
}

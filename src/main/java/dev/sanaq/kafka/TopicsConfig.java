package dev.sanaq.kafka;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The topics' names. */
@ConfigMapping(prefix = "sanaq.topics")
public interface TopicsConfig {
  /** Where requests come from. */
  @WithDefault("sanaq.requests")
  String requests();

  /** Where cancellations come from. */
  @WithDefault("sanaq.cancellations")
  String cancellations();

  /** Where events go. */
  @WithDefault("sanaq.events")
  String events();

  /** Where records go that could not be read. */
  @WithDefault("sanaq.dead-letters")
  String deadLetters();

  /** Where the state of webhook deliveries is kept; a compacted topic. */
  @WithDefault("sanaq.webhook-deliveries")
  String webhookDeliveries();
}

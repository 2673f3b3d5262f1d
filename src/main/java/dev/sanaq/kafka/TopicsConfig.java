package dev.sanaq.kafka;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The names of the topics. */
@ConfigMapping(prefix = "sanaq.topics")
public interface TopicsConfig {
  /** The topic of requests. */
  @WithDefault("sanaq.requests")
  String requests();

  /** The topic of cancellations. */
  @WithDefault("sanaq.cancellations")
  String cancellations();

  /** The topic of events. */
  @WithDefault("sanaq.events")
  String events();

  /** The topic of records that could not be read. */
  @WithDefault("sanaq.dead-letters")
  String deadLetters();

  /** The compacted topic of webhook deliveries and their state. */
  @WithDefault("sanaq.webhook-deliveries")
  String webhookDeliveries();
}

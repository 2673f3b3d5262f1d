package dev.sanaq.kafka;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Pattern;

/** The names of the topics. */
@ConfigMapping(prefix = "sanaq.topics")
public interface TopicsConfig {
  /** What Kafka accepts as a topic's name. */
  String TOPIC_NAME = "(?!\\.{1,2}$)[A-Za-z0-9._-]{1,249}";

  /** The rule in words. */
  String TOPIC_NAME_MESSAGE = "must be a topic's name: up to 249 of A-Z a-z 0-9 . _ and -";

  /** The topic of requests. */
  @WithDefault("sanaq.requests")
  @Pattern(regexp = TOPIC_NAME, message = TOPIC_NAME_MESSAGE)
  String requests();

  /** The topic of cancellations. */
  @WithDefault("sanaq.cancellations")
  @Pattern(regexp = TOPIC_NAME, message = TOPIC_NAME_MESSAGE)
  String cancellations();

  /** The topic of events. */
  @WithDefault("sanaq.events")
  @Pattern(regexp = TOPIC_NAME, message = TOPIC_NAME_MESSAGE)
  String events();

  /** The topic of records that could not be read. */
  @WithDefault("sanaq.dead-letters")
  @Pattern(regexp = TOPIC_NAME, message = TOPIC_NAME_MESSAGE)
  String deadLetters();

  /** The compacted topic of webhook deliveries and their state. */
  @WithDefault("sanaq.webhook-deliveries")
  @Pattern(regexp = TOPIC_NAME, message = TOPIC_NAME_MESSAGE)
  String webhookDeliveries();
}

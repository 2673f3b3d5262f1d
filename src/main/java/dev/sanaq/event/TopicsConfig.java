package dev.sanaq.event;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The topics' names. */
@ConfigMapping(prefix = "sanaq.topics")
public interface TopicsConfig {
  /** Where requests come from. */
  @WithDefault("sanaq.requests")
  String requests();

  /** Where events go. */
  @WithDefault("sanaq.events")
  String events();

  /** Where records go that could not be read. */
  @WithDefault("sanaq.dead-letters")
  String deadLetters();
}

package dev.sanaq.kafka.event;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Events out. */
@ConfigMapping(prefix = "sanaq.events")
public interface EventsConfig {
  /** The source of every event, a URI reference; an event's id is unique within it. */
  @WithDefault("/sanaq")
  String source();

  /** Progress is told at most this often for a job. */
  @WithDefault("PT1S")
  Duration progressInterval();

  /** How long the broker lets the transaction of a dead worker block its readers. */
  @WithDefault("PT20S")
  Duration transactionTimeout();
}

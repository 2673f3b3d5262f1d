package dev.sanaq.kafka.event;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** The events that workers publish. */
@ConfigMapping(prefix = "sanaq.events")
public interface EventsConfig {
  /** The source of every event, a URI reference; an event's id is unique within it. */
  @WithDefault("/sanaq")
  String source();

  /** The shortest interval between two progress events of a job. */
  @WithDefault("PT1S")
  @DurationMin
  Duration progressInterval();

  /**
   * Send previews of unfinished images in the progress events of requests with {@code previews}.
   * Without effect while images are checked ({@code sanaq.safety.hook}).
   */
  @WithDefault("false")
  boolean previews();

  /**
   * How often a worker reports that it is ready; without a report for three times as long it is
   * gone.
   */
  @WithDefault("PT20S")
  @DurationMin(seconds = 1)
  Duration workerStatusInterval();

  /** How long a transaction of a dead worker may block readers. */
  @WithDefault("PT20S")
  @DurationMin(millis = 1)
  Duration transactionTimeout();
}

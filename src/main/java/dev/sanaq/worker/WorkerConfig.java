package dev.sanaq.worker;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** The worker. */
@ConfigMapping(prefix = "sanaq.worker")
public interface WorkerConfig {
  /** The consumer group that all workers of a model share. */
  @WithDefault("sanaq-workers")
  String group();

  /** This worker's name in events, unlike every other's; made from the host's where absent. */
  Optional<String> id();

  /** How long the current job may go on after the order to stop. */
  @WithDefault("PT5M")
  Duration drainGrace();

  /** A drawing without a step for this long is taken for stuck: liveness turns DOWN. */
  @WithDefault("PT10M")
  Duration stuckAfter();

  /** The pause after Kafka refused something, before it is tried again. */
  @WithDefault("PT2S")
  Duration retryPause();
}

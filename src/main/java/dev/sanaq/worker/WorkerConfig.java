package dev.sanaq.worker;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** The worker. */
@ConfigMapping(prefix = "sanaq.worker")
public interface WorkerConfig {
  /** Whether {@code serve} draws. */
  @WithDefault("true")
  boolean enabled();

  /** The consumer group that all workers of a model share. */
  @WithDefault("sanaq-workers")
  String group();

  /** This worker's name in events, unlike every other's; made from the host's where absent. */
  Optional<String> id();

  /** Jobs that wait inside the worker at most; the others wait in Kafka. */
  @WithDefault("256")
  int queueCapacity();

  /** Jobs of equal shape that are drawn together at most, where memory holds them. */
  @WithDefault("8")
  int batchSize();

  /**
   * How long a job waits for others to fill its batch; one that has waited so long for the device
   * does not wait again.
   */
  @WithDefault("PT0.005S")
  Duration batchLinger();

  /** After waiting so much longer a job goes before one of the priority above its own. */
  @WithDefault("PT1M")
  Duration priorityAging();

  /** How often a job is begun at most: past that it fails as {@code crashed}. */
  @WithDefault("3")
  int maxAttempts();

  /** Threads that talk to the storage and encode images. */
  @WithDefault("16")
  int ioThreads();

  /** How long jobs in work keep a partition that is to go to another worker. */
  @WithDefault("PT1M")
  Duration revokeTimeout();

  /** How long the jobs on the device may go on after the order to stop. */
  @WithDefault("PT5M")
  Duration shutdownTimeout();

  /** Stop, with exit code 0, once there has been nothing to do for so long; never where absent. */
  Optional<Duration> idleTimeout();

  /** A drawing without a step for this long is taken for stuck: liveness turns DOWN. */
  @WithDefault("PT10M")
  Duration stallTimeout();

  /** The pause after Kafka or the storage refused something, before the next look. */
  @WithDefault("PT2S")
  Duration retryBackoff();

  /** How far back cancellations are remembered. */
  @WithDefault("P1D")
  Duration cancellationRetention();

  /** Whether a PNG file holds what draws it again: prompts, seed, steps and the like. */
  @WithDefault("true")
  boolean embedMetadata();
}

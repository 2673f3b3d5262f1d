package dev.sanaq.worker;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMin;

/** The worker: reads requests, runs the model and publishes results. */
@ConfigMapping(prefix = "sanaq.worker")
public interface WorkerConfig {
  /** Whether {@code serve} runs a worker. */
  @WithDefault("true")
  boolean enabled();

  /** The consumer group that all workers of a model share. */
  @WithDefault("sanaq-workers")
  String group();

  /** Unique id of this worker, shown in events. Default: the host name and a random part. */
  Optional<String> id();

  /** Jobs queued inside the worker at most, and 8 MiB of requests; more stay in Kafka. */
  @WithDefault("256")
  @Min(1)
  int queueCapacity();

  /** Jobs in a batch at most; fewer if memory requires it. */
  @WithDefault("8")
  @Min(1)
  int batchSize();

  /**
   * How long an incomplete batch waits for more jobs. Time that its first job has already waited
   * for the device counts.
   */
  @WithDefault("PT0.005S")
  @DurationMin
  Duration batchLinger();

  /** Wait after which a job is treated as one priority higher. */
  @WithDefault("PT1M")
  @DurationMin(millis = 1)
  Duration priorityAging();

  /** How often a job may start without finishing before it fails with {@code crashed}. */
  @WithDefault("3")
  @Min(1)
  int maxAttempts();

  /** Threads that encode images and store them in S3. */
  @WithDefault("16")
  @Min(1)
  int ioThreads();

  /** How long a revoked partition waits for its active jobs before they are abandoned. */
  @WithDefault("PT1M")
  @DurationMin
  Duration revokeTimeout();

  /** How long active jobs may take to finish after the signal to stop. */
  @WithDefault("PT5M")
  @DurationMin
  Duration shutdownTimeout();

  /** Stop, with exit code 0, after being idle for this long. Default: never. */
  Optional<@DurationMin(millis = 1) Duration> idleTimeout();

  /** Liveness turns DOWN if a running batch makes no progress for this long. */
  @WithDefault("PT10M")
  @DurationMin(millis = 1)
  Duration stallTimeout();

  /**
   * The pause after a failed Kafka call and between probes of S3 during an outage; the longest
   * pause between retries of a transaction.
   */
  @WithDefault("PT2S")
  @DurationMin(millis = 1)
  Duration retryBackoff();

  /** How long a cancellation is valid, from its record's timestamp. */
  @WithDefault("P1D")
  @DurationMin
  Duration cancellationRetention();

  /** Whether PNG files contain their generation parameters: prompts, seed, steps and so on. */
  @WithDefault("true")
  boolean embedMetadata();

  /**
   * Whether image files of every format say in XMP that a model made them, and which one: IPTC's
   * digital source type.
   */
  @WithDefault("true")
  boolean embedProvenance();
}

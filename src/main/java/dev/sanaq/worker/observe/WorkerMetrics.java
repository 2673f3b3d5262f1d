package dev.sanaq.worker.observe;

import dev.sanaq.job.JobOutcome;
import dev.sanaq.storage.adapter.AdapterCacheEvent;
import dev.sanaq.worker.safety.CheckOutcome;
import dev.sanaq.worker.safety.CheckStage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * The metrics of a worker. Every counter is there from the start: Prometheus' {@code increase} does
 * not see the first event of one that begins with it. Any number of threads.
 */
public final class WorkerMetrics {
  private final MeterRegistry registry;
  private final Clock clock;
  private final String model;
  private final Timer queueWait;
  private final DistributionSummary batchSize;
  private final Counter storageRetries;
  private final Counter publishRetries;
  private final Counter deadLetters;

  /**
   * @param model the name of the worker's model, by which jobs are counted
   */
  public WorkerMetrics(MeterRegistry registry, Clock clock, String model) {
    this.registry = registry;
    this.clock = clock;
    this.model = model;
    this.queueWait =
        Timer.builder("sanaq.queue.wait")
            .description("Time from reading a request to the start of its batch")
            .publishPercentileHistogram()
            .minimumExpectedValue(Duration.ofMillis(1))
            .maximumExpectedValue(Duration.ofMinutes(30))
            .register(registry);
    this.batchSize =
        DistributionSummary.builder("sanaq.batch.size")
            .description("Jobs in a batch")
            .serviceLevelObjectives(1, 2, 4, 8, 16, 32)
            .register(registry);
    this.storageRetries = retryCounter("storage");
    this.publishRetries = retryCounter("publish");
    this.deadLetters =
        Counter.builder("sanaq.dead.letters")
            .description("Records sent to the dead letters")
            .register(registry);
    JobOutcome.labels().forEach(this::outcomeCounter);
    List.of("read", "unreadable").forEach(this::cancellationCounter);
    List.of(AdapterCacheEvent.values()).forEach(this::adapterCounter);
    for (CheckStage stage : CheckStage.values()) {
      List.of(CheckOutcome.values()).forEach(outcome -> safetyCounter(stage, outcome));
    }
    List.of(JobOutcome.Completed.class, JobOutcome.Failed.class, JobOutcome.Cancelled.class)
        .forEach(this::jobDurationTimer);
  }

  /** Registers the gauges of queued and running jobs. */
  public void registerGauges(IntSupplier queued, IntSupplier running) {
    registerGauge("sanaq.jobs.queued", "Jobs read and not started", queued);
    registerGauge("sanaq.jobs.running", "Jobs started and not ended", running);
  }

  /**
   * A batch starts on the device.
   *
   * @param received when this worker read each job of the batch
   */
  public void recordBatchStart(List<Instant> received) {
    received.forEach(moment -> queueWait.record(Duration.between(moment, clock.instant())));
    batchSize.record(received.size());
  }

  /** Records the durations of a job's stages, by stage. */
  public void recordStages(Map<String, Duration> timings) {
    timings.forEach(
        (stage, time) ->
            Timer.builder("sanaq.stage.duration")
                .description("Duration of a stage of a job")
                .tag("stage", stage)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofMinutes(10))
                .register(registry)
                .record(time));
  }

  /**
   * A job has an outcome.
   *
   * @param received when this worker read the job
   */
  public void recordJobDuration(Instant received, JobOutcome outcome) {
    jobDurationTimer(outcome.getClass()).record(Duration.between(received, clock.instant()));
  }

  /** A request has an outcome; also one that never became a job. */
  public void recordOutcome(JobOutcome outcome) {
    outcomeCounter(outcome.label()).increment();
  }

  /** A record is sent to the dead letters. */
  public void countDeadLetter() {
    deadLetters.increment();
  }

  /** A cancellation record was read. */
  public void countCancellation(String result) {
    cancellationCounter(result).increment();
  }

  /** The adapters' folder was used. */
  public void countAdapterEvent(AdapterCacheEvent event) {
    adapterCounter(event).increment();
  }

  /** The prompt of a job, or its images, were checked. */
  public void countSafetyCheck(CheckStage stage, CheckOutcome outcome) {
    safetyCounter(stage, outcome).increment();
  }

  public void countStorageRetry() {
    storageRetries.increment();
  }

  public void countPublishRetry() {
    publishRetries.increment();
  }

  private Timer jobDurationTimer(Class<? extends JobOutcome> outcome) {
    return Timer.builder("sanaq.job.duration")
        .description("Time from reading a request to its outcome")
        .tag("model", model)
        .tag("outcome", outcome.getSimpleName().toLowerCase(Locale.ROOT))
        .publishPercentileHistogram()
        .minimumExpectedValue(Duration.ofMillis(1))
        .maximumExpectedValue(Duration.ofMinutes(30))
        .register(registry);
  }

  private Counter outcomeCounter(String outcome) {
    return Counter.builder("sanaq.jobs")
        .description("Terminal events by model and outcome")
        .tag("model", model)
        .tag("outcome", outcome)
        .register(registry);
  }

  private Counter cancellationCounter(String result) {
    return Counter.builder("sanaq.cancellations")
        .description("Cancellation records by result: read or unreadable")
        .tag("result", result)
        .register(registry);
  }

  private Counter adapterCounter(AdapterCacheEvent event) {
    return Counter.builder("sanaq.adapters")
        .description("Adapters by URI: cached, fetched, rejected, failed, evicted")
        .tag("event", event.label())
        .register(registry);
  }

  private Counter safetyCounter(CheckStage stage, CheckOutcome outcome) {
    return Counter.builder("sanaq.safety.checks")
        .description("Checks of prompts and images by outcome: allowed, refused, unavailable")
        .tag("stage", stage.label())
        .tag("outcome", outcome.label())
        .register(registry);
  }

  private Counter retryCounter(String operation) {
    return Counter.builder("sanaq.retries")
        .description("Retried calls")
        .tag("operation", operation)
        .register(registry);
  }

  private void registerGauge(String name, String description, IntSupplier value) {
    Gauge.builder(name, value, IntSupplier::getAsInt)
        .description(description)
        .strongReference(true)
        .register(registry);
  }
}

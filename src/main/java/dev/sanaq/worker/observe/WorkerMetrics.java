package dev.sanaq.worker.observe;

import dev.sanaq.job.JobOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/** What operators see of a worker, as Prometheus names it. Any number of threads. */
public final class WorkerMetrics {
  private final MeterRegistry registry;
  private final Clock clock;
  private final Timer queueWait;
  private final DistributionSummary batchSize;
  private final Counter storageRetries;
  private final Counter publishRetries;

  public WorkerMetrics(MeterRegistry registry, Clock clock) {
    this.registry = registry;
    this.clock = clock;
    this.queueWait =
        Timer.builder("sanaq.queue.wait")
            .description("From reading a request to the beginning of its drawing")
            .publishPercentileHistogram()
            .minimumExpectedValue(Duration.ofMillis(1))
            .maximumExpectedValue(Duration.ofMinutes(30))
            .register(registry);
    this.batchSize =
        DistributionSummary.builder("sanaq.batch.size")
            .description("Jobs drawn together")
            .serviceLevelObjectives(1, 2, 4, 8, 16, 32)
            .register(registry);
    this.storageRetries = retryCounter("storage");
    this.publishRetries = retryCounter("publish");
  }

  /** Jobs that wait, and that were begun, as of now. */
  public void registerGauges(IntSupplier queued, IntSupplier running) {
    registerGauge("sanaq.jobs.queued", "Jobs read and not begun", queued);
    registerGauge("sanaq.jobs.running", "Jobs begun and not ended", running);
  }

  /**
   * A batch is about to be drawn.
   *
   * @param received when this worker read each of its jobs
   */
  public void recordBatchStart(List<Instant> received) {
    received.forEach(moment -> queueWait.record(Duration.between(moment, clock.instant())));
    batchSize.record(received.size());
  }

  /** What the stages of a drawing, or the storing, took. */
  public void recordStages(Map<String, Duration> timings) {
    timings.forEach(
        (stage, time) ->
            Timer.builder("sanaq.stage.duration")
                .description("Time a stage of a job")
                .tag("stage", stage)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofMinutes(10))
                .register(registry)
                .record(time));
  }

  /**
   * A job has ended.
   *
   * @param received when this worker read it
   */
  public void recordOutcome(Instant received, JobOutcome outcome) {
    recordOutcome(outcome);
    Timer.builder("sanaq.job.duration")
        .description("From reading a request to its end")
        .tag("outcome", outcome.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT))
        .publishPercentileHistogram()
        .minimumExpectedValue(Duration.ofMillis(1))
        .maximumExpectedValue(Duration.ofMinutes(30))
        .register(registry)
        .record(Duration.between(received, clock.instant()));
  }

  /** A request has ended, though it never was a job. */
  public void recordOutcome(JobOutcome outcome) {
    Counter.builder("sanaq.jobs")
        .description("Terminal events by what they say")
        .tag("outcome", outcome.label())
        .register(registry)
        .increment();
  }

  /** A record went to the dead letters. */
  public void countDeadLetter() {
    registry.counter("sanaq.dead.letters").increment();
  }

  /** A cancellation came. */
  public void countCancellation(String result) {
    registry.counter("sanaq.cancellations", "result", result).increment();
  }

  public void countStorageRetry() {
    storageRetries.increment();
  }

  public void countPublishRetry() {
    publishRetries.increment();
  }

  private Counter retryCounter(String operation) {
    return Counter.builder("sanaq.retries")
        .description("Calls that were made again")
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

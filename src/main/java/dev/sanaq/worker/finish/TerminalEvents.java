package dev.sanaq.worker.finish;

import dev.sanaq.job.JobOutcome;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.retry.Backoff;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.storage.StorageException;
import dev.sanaq.storage.health.StorageOutageException;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.worker.observe.JobLogContext;
import dev.sanaq.worker.observe.WorkerMetrics;
import dev.sanaq.worker.queue.JobExecution;
import java.time.Duration;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;

/** Turns an outcome into its terminal event, and logs and counts it. Any number of threads. */
public final class TerminalEvents {
  private static final Logger LOG = Logger.getLogger(TerminalEvents.class);

  // Beyond the retry timeout, because the result is stored.
  private static final Backoff UNTIL_SIGNED =
      Backoff.exponential(Duration.ofSeconds(1), Duration.ofSeconds(30))
          .retryIf(StorageException.class::isInstance);

  private final JobEventFactory events;
  private final String topic;
  private final StorageRetry storageRetry;
  private final WorkerMetrics metrics;

  /**
   * @param topic of the events
   */
  public TerminalEvents(
      JobEventFactory events, String topic, StorageRetry storageRetry, WorkerMetrics metrics) {
    this.events = events;
    this.topic = topic;
    this.storageRetry = storageRetry;
    this.metrics = metrics;
  }

  /**
   * The record to publish. Call once for each outcome: every call counts.
   *
   * @param recordHash of the request's record
   */
  public ProducerRecord<byte[], byte[]> create(JobOutcome outcome, String recordHash) {
    ProducerRecord<byte[], byte[]> record = events.terminal(outcome, recordHash).toRecord(topic);
    try (JobLogContext context = JobLogContext.of(outcome.id())) {
      LOG.infof("job %s %s", outcome.id(), outcome.label());
    }
    metrics.recordOutcome(outcome);
    return record;
  }

  /**
   * The record to publish for an active job. Call once. Blocks while the images' URLs cannot be
   * signed.
   *
   * @throws StorageOutageException if S3 has an outage
   * @throws RetryAbortedException if the job was abandoned
   */
  ProducerRecord<byte[], byte[]> create(JobExecution execution, JobOutcome outcome) {
    return UNTIL_SIGNED.call(
        () ->
            storageRetry.call(
                () -> create(outcome, execution.recordHash()), execution::isAbandonRequested),
        execution::isAbandonRequested,
        (retry, delay, e) ->
            LOG.errorf(
                "job %s is stored, but not published: %s; trying again in %s",
                outcome.id(), e.getMessage(), delay));
  }
}

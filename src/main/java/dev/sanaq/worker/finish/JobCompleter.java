package dev.sanaq.worker.finish;

import dev.sanaq.job.JobOutcome;
import dev.sanaq.retry.Backoff;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.storage.StorageException;
import dev.sanaq.storage.health.StorageOutageException;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.worker.attempt.AttemptCounter;
import dev.sanaq.worker.observe.JobLogContext;
import dev.sanaq.worker.observe.WorkerMetrics;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.JobPhase;
import dev.sanaq.worker.queue.WorkerJobs;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;

/**
 * The only exit of an active job: completed with an outcome, or abandoned to another worker. Any
 * number of threads.
 */
public final class JobCompleter {
  private static final Logger LOG = Logger.getLogger(JobCompleter.class);

  // Beyond the retry timeout, because the result is stored.
  private static final Backoff UNTIL_SIGNED =
      Backoff.exponential(Duration.ofSeconds(1), Duration.ofSeconds(30))
          .retryIf(StorageException.class::isInstance);

  private final WorkerJobs jobs;
  private final PendingResults pendingResults;
  private final TerminalEvents terminalEvents;
  private final AttemptCounter attempts;
  private final StorageRetry storageRetry;
  private final WorkerMetrics metrics;

  public JobCompleter(
      WorkerJobs jobs,
      PendingResults pendingResults,
      TerminalEvents terminalEvents,
      AttemptCounter attempts,
      StorageRetry storageRetry,
      WorkerMetrics metrics) {
    this.jobs = jobs;
    this.pendingResults = pendingResults;
    this.terminalEvents = terminalEvents;
    this.attempts = attempts;
    this.storageRetry = storageRetry;
    this.metrics = metrics;
  }

  /**
   * The job has an outcome: it is published with the record's offset. Blocks while the images' URLs
   * cannot be signed: a stored result never turns into a failure. If the job is lost meanwhile, or
   * S3 has an outage, the job is abandoned, and the next worker finds the result.
   */
  public void complete(JobExecution execution, JobOutcome outcome) {
    ProducerRecord<byte[], byte[]> event;
    try {
      event = createEvent(execution, outcome);
    } catch (RetryAbortedException | StorageOutageException e) {
      abandon(execution);
      return;
    }
    execution.span().inject(event.headers());
    execution.moveTo(JobPhase.PUBLISHING);
    pendingResults.add(
        new PendingResults.CompletedRecord(
            execution.partition(),
            execution.offset(),
            execution.offsetTracker(),
            List.of(event),
            execution.lastProgressSend()));
    try {
      execution.span().end(outcome);
      metrics.recordJobDuration(execution.received(), outcome);
    } catch (RuntimeException e) {
      LOG.errorf(e, "job %s: trace or metric failed; its result is published", outcome.id());
    } finally {
      // Only now: a thread that waits until no job is active must find the result pending.
      jobs.release(execution);
    }
  }

  private ProducerRecord<byte[], byte[]> createEvent(JobExecution execution, JobOutcome outcome) {
    return UNTIL_SIGNED.call(
        () ->
            storageRetry.call(() -> terminalEvents.create(outcome), execution::isAbandonRequested),
        execution::isAbandonRequested,
        (retry, delay, e) ->
            LOG.errorf(
                "job %s is stored, but not published: %s; trying again in %s",
                outcome.id(), e.getMessage(), delay));
  }

  /**
   * Another worker does the job: its counted attempt is released and nothing is published. Blocks
   * on S3 if there is an attempt.
   */
  public void abandon(JobExecution execution) {
    attempts.release(execution);
    try (JobLogContext context = JobLogContext.of(execution.job().id())) {
      LOG.infof("job %s is released to another worker", execution.job().id());
    }
    execution.moveTo(JobPhase.ABANDONED);
    execution.span().abandon();
    jobs.release(execution);
  }
}

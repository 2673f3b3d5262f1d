package dev.sanaq.worker.finish;

import dev.sanaq.job.JobOutcome;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.storage.health.StorageOutageException;
import dev.sanaq.worker.attempt.AttemptCounter;
import dev.sanaq.worker.attempt.OutcomeRecorder;
import dev.sanaq.worker.observe.JobLogContext;
import dev.sanaq.worker.observe.WorkerMetrics;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.JobPhase;
import dev.sanaq.worker.queue.WorkerJobs;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;

/**
 * The only exit of an active job: completed with an outcome, or abandoned to another worker. Any
 * number of threads.
 */
public final class JobCompleter {
  private static final Logger LOG = Logger.getLogger(JobCompleter.class);

  private final WorkerJobs jobs;
  private final PendingResults pendingResults;
  private final TerminalEvents terminalEvents;
  private final AttemptCounter attempts;
  private final OutcomeRecorder outcomes;
  private final WorkerMetrics metrics;

  public JobCompleter(
      WorkerJobs jobs,
      PendingResults pendingResults,
      TerminalEvents terminalEvents,
      AttemptCounter attempts,
      OutcomeRecorder outcomes,
      WorkerMetrics metrics) {
    this.jobs = jobs;
    this.pendingResults = pendingResults;
    this.terminalEvents = terminalEvents;
    this.attempts = attempts;
    this.outcomes = outcomes;
    this.metrics = metrics;
  }

  /**
   * The job has an outcome: it is stored, then published with the record's offset. Blocks on S3,
   * and while the images' URLs cannot be signed: a stored result never turns into a failure. If the
   * job is lost meanwhile, or S3 has an outage, the job is abandoned, and the next worker finds the
   * result.
   */
  public void complete(JobExecution execution, JobOutcome outcome) {
    try {
      outcomes.record(execution, outcome);
    } catch (RetryAbortedException | StorageOutageException e) {
      abandon(execution);
      return;
    }
    publish(execution, outcome);
  }

  /** The job has an outcome that is stored already; see {@link #complete}. */
  public void publish(JobExecution execution, JobOutcome outcome) {
    ProducerRecord<byte[], byte[]> event;
    try {
      event = terminalEvents.create(execution, outcome);
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

  /**
   * Another worker does the job: its counted attempt is released and nothing is published. Blocks
   * on S3 if there is an attempt.
   */
  public void abandon(JobExecution execution) {
    attempts.release(execution);
    try (JobLogContext context = JobLogContext.of(execution.job().id())) {
      LOG.infof("job %s is released to another worker", execution.job().id());
    }
    abandonAsCrashed(execution);
  }

  /**
   * Another worker does the job, as after a crash: its attempt stays counted, and nothing is
   * published.
   */
  public void abandonAsCrashed(JobExecution execution) {
    execution.moveTo(JobPhase.ABANDONED);
    execution.span().abandon();
    jobs.release(execution);
  }
}

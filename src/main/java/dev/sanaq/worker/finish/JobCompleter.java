package dev.sanaq.worker.finish;

import dev.sanaq.job.JobOutcome;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.worker.observe.JobLogContext;
import dev.sanaq.worker.observe.WorkerMetrics;
import dev.sanaq.worker.queue.ActiveJobs;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.JobQueue;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;

/** Where a job leaves the worker, and the only place: ended, or back to the queue. Any thread. */
public final class JobCompleter {
  private static final Logger LOG = Logger.getLogger(JobCompleter.class);

  private final JobQueue queue;
  private final ActiveJobs activeJobs;
  private final PendingResults pendingResults;
  private final JobEventFactory events;
  private final String eventsTopic;
  private final WorkerMetrics metrics;

  /**
   * @param topic where events go
   */
  public JobCompleter(
      JobQueue desk,
      ActiveJobs inFlight,
      PendingResults outbox,
      JobEventFactory events,
      String topic,
      WorkerMetrics meters) {
    this.queue = desk;
    this.activeJobs = inFlight;
    this.pendingResults = outbox;
    this.events = events;
    this.eventsTopic = topic;
    this.metrics = meters;
  }

  /** The job has come to its end, which is to be published. */
  public void complete(JobExecution ticket, JobOutcome outcome) {
    try (JobLogContext scope = JobLogContext.of(outcome.id())) {
      LOG.infof("job %s %s", outcome.id(), outcome.label());
    }
    ProducerRecord<byte[], byte[]> event = events.terminal(outcome).toRecord(eventsTopic);
    ticket.span().inject(event.headers());
    pendingResults.add(
        new PendingResults.CompletedRecord(
            ticket.partition(),
            ticket.offset(),
            ticket.offsetTracker(),
            List.of(event),
            ticket.lastProgressSend()));
    ticket.span().end(outcome);
    metrics.recordOutcome(ticket.received(), outcome);
    release(ticket);
  }

  /** The job is not this worker's any more: another one does it. */
  public void abandon(JobExecution ticket) {
    try (JobLogContext scope = JobLogContext.of(ticket.job().id())) {
      LOG.infof("job %s is left to another worker", ticket.job().id());
    }
    ticket.span().abandon();
    release(ticket);
  }

  // After the outbox has it: whoever waits for the last job to leave then finds its end there.
  private void release(JobExecution ticket) {
    activeJobs.remove(ticket);
    queue.releaseId(ticket);
  }
}

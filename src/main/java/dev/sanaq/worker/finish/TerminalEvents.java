package dev.sanaq.worker.finish;

import dev.sanaq.job.JobOutcome;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.worker.observe.JobLogContext;
import dev.sanaq.worker.observe.WorkerMetrics;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;

/** Turns an outcome into its terminal event, and logs and counts it. Any number of threads. */
public final class TerminalEvents {
  private static final Logger LOG = Logger.getLogger(TerminalEvents.class);

  private final JobEventFactory events;
  private final String topic;
  private final WorkerMetrics metrics;

  /**
   * @param topic of the events
   */
  public TerminalEvents(JobEventFactory events, String topic, WorkerMetrics metrics) {
    this.events = events;
    this.topic = topic;
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
}

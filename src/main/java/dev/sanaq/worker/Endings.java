package dev.sanaq.worker;

import dev.sanaq.event.Events;
import dev.sanaq.job.JobOutcome;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;

/** Where a job leaves the worker, and the only place: ended, or back to the queue. Any thread. */
final class Endings {
  private static final Logger LOG = Logger.getLogger(Endings.class);

  private final Desk desk;
  private final InFlight inFlight;
  private final Outbox outbox;
  private final Events events;
  private final String topic;
  private final Meters meters;

  /**
   * @param topic where events go
   */
  Endings(Desk desk, InFlight inFlight, Outbox outbox, Events events, String topic, Meters meters) {
    this.desk = desk;
    this.inFlight = inFlight;
    this.outbox = outbox;
    this.events = events;
    this.topic = topic;
    this.meters = meters;
  }

  /** The job has come to its end, which is to be published. */
  void end(Ticket ticket, JobOutcome outcome) {
    try (LogScope scope = LogScope.of(outcome.id())) {
      LOG.infof("job %s %s", outcome.id(), outcome.label());
    }
    ProducerRecord<byte[], byte[]> event = events.ended(outcome).toRecord(topic);
    ticket.trace().inject(event.headers());
    outbox.put(
        new Outbox.Ended(
            ticket.partition(), ticket.offset(), ticket.lease(), List.of(event), ticket.told()));
    ticket.trace().end(outcome);
    meters.ended(ticket.received(), outcome);
    leave(ticket);
  }

  /** The job is not this worker's any more: another one does it. */
  void giveUp(Ticket ticket) {
    try (LogScope scope = LogScope.of(ticket.job().id())) {
      LOG.infof("job %s is left to another worker", ticket.job().id());
    }
    ticket.trace().giveUp();
    leave(ticket);
  }

  // After the outbox has it: whoever waits for the last job to leave then finds its end there.
  private void leave(Ticket ticket) {
    inFlight.remove(ticket);
    desk.ended(ticket);
  }
}

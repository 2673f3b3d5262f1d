package dev.sanaq.worker;

import dev.sanaq.event.DeadLetters;
import dev.sanaq.event.Events;
import dev.sanaq.event.LiveEvents;
import dev.sanaq.intake.Admission;
import dev.sanaq.intake.CancellationDecoder;
import dev.sanaq.intake.Intake;
import dev.sanaq.job.JobOutcome.Failed;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Where records come in: jobs go to the desk, everything else is answered at once. Nothing that a
 * record holds makes it throw. The consumer's thread.
 */
final class Door {
  private static final Logger LOG = Logger.getLogger(Door.class);

  private final Intake intake;
  private final CancellationDecoder cancellations;
  private final Desk desk;
  private final Outbox outbox;
  private final Events events;
  private final DeadLetters deadLetters;
  private final Topics topics;
  private final Meters meters;
  private final Tracing tracing;
  private final Clock clock;

  /**
   * The names that the door has to know.
   *
   * @param cancellations where cancellations come from
   * @param events where events go
   */
  record Topics(String cancellations, String events) {}

  Door(
      Intake intake,
      CancellationDecoder cancellations,
      Desk desk,
      Outbox outbox,
      Events events,
      DeadLetters deadLetters,
      Topics topics,
      Meters meters,
      Tracing tracing,
      Clock clock) {
    this.intake = intake;
    this.cancellations = cancellations;
    this.desk = desk;
    this.outbox = outbox;
    this.events = events;
    this.deadLetters = deadLetters;
    this.topics = topics;
    this.meters = meters;
    this.tracing = tracing;
    this.clock = clock;
  }

  /**
   * Takes a record in.
   *
   * @param lease this worker's time with the record's partition
   */
  void take(ConsumerRecord<byte[], byte[]> record, PartitionProgress lease) {
    try {
      if (record.topic().equals(topics.cancellations())) {
        takeCancellation(record, lease);
      } else {
        takeRequest(record, lease);
      }
    } catch (RuntimeException | StackOverflowError e) {
      // A record that makes the program itself fail must not be read for ever.
      LOG.errorf(e, "offset %d of %s-%d", record.offset(), record.topic(), record.partition());
      String reason = "the program failed on it: " + e.getClass().getSimpleName();
      answer(record, lease, unreadable(record, reason, ""));
    }
  }

  private void takeRequest(ConsumerRecord<byte[], byte[]> record, PartitionProgress lease) {
    Admission admission = intake.admit(record);
    if (admission instanceof Admission.Admitted admitted) {
      Instant now = clock.instant();
      JobTrace trace = tracing.begin(record, admitted.job(), now);
      desk.add(new Ticket(record, lease, admitted.job(), trace, now));
    } else if (admission instanceof Admission.Refused refused) {
      answer(record, lease, List.of(failed(refused.failure())));
    } else {
      Admission.Unreadable unreadable = (Admission.Unreadable) admission;
      answer(record, lease, unreadable(record, unreadable.reason(), unreadable.id()));
    }
  }

  // Every worker reads the cancellations for itself; here one of them answers for what is none.
  private void takeCancellation(ConsumerRecord<byte[], byte[]> record, PartitionProgress lease) {
    CancellationDecoder.Result read = cancellations.decode(record);
    meters.cancellation(read instanceof CancellationDecoder.Readable ? "read" : "unreadable");
    answer(
        record,
        lease,
        read instanceof CancellationDecoder.Unreadable unreadable
            ? unreadable(record, unreadable.reason(), "")
            : List.of());
  }

  private void answer(
      ConsumerRecord<byte[], byte[]> record,
      PartitionProgress lease,
      List<ProducerRecord<byte[], byte[]>> records) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    outbox.put(new Outbox.Ended(partition, record.offset(), lease, records, LiveEvents.NOTHING));
  }

  private List<ProducerRecord<byte[], byte[]>> unreadable(
      ConsumerRecord<byte[], byte[]> record, String reason, String id) {
    meters.deadLetter();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    records.add(deadLetters.of(record, reason));
    if (!id.isEmpty()) {
      records.add(failed(Intake.unreadable(new Admission.Unreadable(reason, id))));
    }
    return records;
  }

  private ProducerRecord<byte[], byte[]> failed(Failed failure) {
    LOG.infof("job %s %s", failure.id(), failure.label());
    meters.ended(failure);
    return events.ended(failure).toRecord(topics.events());
  }
}

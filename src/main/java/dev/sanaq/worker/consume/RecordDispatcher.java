package dev.sanaq.worker.consume;

import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.kafka.deadletter.DeadLetterFactory;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.kafka.event.ProgressPublisher;
import dev.sanaq.kafka.request.CancellationDecoder;
import dev.sanaq.kafka.request.ReadResult;
import dev.sanaq.kafka.request.RequestReader;
import dev.sanaq.worker.finish.PendingResults;
import dev.sanaq.worker.observe.JobSpan;
import dev.sanaq.worker.observe.JobTracer;
import dev.sanaq.worker.observe.WorkerMetrics;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.JobQueue;
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
public final class RecordDispatcher {
  private static final Logger LOG = Logger.getLogger(RecordDispatcher.class);

  private final RequestReader requestReader;
  private final CancellationDecoder cancellationDecoder;
  private final JobQueue queue;
  private final PendingResults pendingResults;
  private final JobEventFactory events;
  private final DeadLetterFactory deadLetters;
  private final Topics topics;
  private final WorkerMetrics metrics;
  private final JobTracer tracer;
  private final Clock clock;

  /**
   * The names that the door has to know.
   *
   * @param cancellations where cancellations come from
   * @param events where events go
   */
  public record Topics(String cancellations, String events) {}

  public RecordDispatcher(
      RequestReader intake,
      CancellationDecoder cancellations,
      JobQueue desk,
      PendingResults outbox,
      JobEventFactory events,
      DeadLetterFactory deadLetters,
      Topics topics,
      WorkerMetrics meters,
      JobTracer tracing,
      Clock clock) {
    this.requestReader = intake;
    this.cancellationDecoder = cancellations;
    this.queue = desk;
    this.pendingResults = outbox;
    this.events = events;
    this.deadLetters = deadLetters;
    this.topics = topics;
    this.metrics = meters;
    this.tracer = tracing;
    this.clock = clock;
  }

  /**
   * Takes a record in.
   *
   * @param lease this worker's time with the record's partition
   */
  void dispatch(ConsumerRecord<byte[], byte[]> record, OffsetTracker lease) {
    try {
      if (record.topic().equals(topics.cancellations())) {
        dispatchCancellation(record, lease);
      } else {
        dispatchRequest(record, lease);
      }
    } catch (RuntimeException | StackOverflowError e) {
      // A record that makes the program itself fail must not be read for ever.
      LOG.errorf(e, "offset %d of %s-%d", record.offset(), record.topic(), record.partition());
      String reason = "the program failed on it: " + e.getClass().getSimpleName();
      completeRecord(record, lease, deadLetterRecords(record, reason, ""));
    }
  }

  private void dispatchRequest(ConsumerRecord<byte[], byte[]> record, OffsetTracker lease) {
    ReadResult admission = requestReader.read(record);
    if (admission instanceof ReadResult.Accepted admitted) {
      Instant now = clock.instant();
      JobSpan trace = tracer.startSpan(record, admitted.job(), now);
      queue.add(new JobExecution(record, lease, admitted.job(), trace, now));
    } else if (admission instanceof ReadResult.Invalid refused) {
      completeRecord(record, lease, List.of(failedEvent(refused.failure())));
    } else {
      ReadResult.Unreadable unreadable = (ReadResult.Unreadable) admission;
      completeRecord(
          record, lease, deadLetterRecords(record, unreadable.reason(), unreadable.id()));
    }
  }

  // Every worker reads the cancellations for itself; here one of them answers for what is none.
  private void dispatchCancellation(ConsumerRecord<byte[], byte[]> record, OffsetTracker lease) {
    CancellationDecoder.Result read = cancellationDecoder.decode(record);
    metrics.countCancellation(read instanceof CancellationDecoder.Readable ? "read" : "unreadable");
    completeRecord(
        record,
        lease,
        read instanceof CancellationDecoder.Unreadable unreadable
            ? deadLetterRecords(record, unreadable.reason(), "")
            : List.of());
  }

  private void completeRecord(
      ConsumerRecord<byte[], byte[]> record,
      OffsetTracker lease,
      List<ProducerRecord<byte[], byte[]>> records) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    pendingResults.add(
        new PendingResults.CompletedRecord(
            partition, record.offset(), lease, records, ProgressPublisher.DONE));
  }

  private List<ProducerRecord<byte[], byte[]>> deadLetterRecords(
      ConsumerRecord<byte[], byte[]> record, String reason, String id) {
    metrics.countDeadLetter();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    records.add(deadLetters.create(record, reason));
    if (!id.isEmpty()) {
      records.add(failedEvent(RequestReader.toFailure(new ReadResult.Unreadable(reason, id))));
    }
    return records;
  }

  private ProducerRecord<byte[], byte[]> failedEvent(Failed failure) {
    LOG.infof("job %s %s", failure.id(), failure.label());
    metrics.recordOutcome(failure);
    return events.terminal(failure).toRecord(topics.events());
  }
}

package dev.sanaq.worker.consume;

import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.kafka.RecordHash;
import dev.sanaq.kafka.deadletter.DeadLetterFactory;
import dev.sanaq.kafka.event.ProgressSink;
import dev.sanaq.kafka.request.ReadResult;
import dev.sanaq.kafka.request.RequestReader;
import dev.sanaq.worker.finish.PendingResults;
import dev.sanaq.worker.finish.TerminalEvents;
import dev.sanaq.worker.observe.WorkerMetrics;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Completes records that do not become jobs: their results are published at once, with the offset.
 * The polling thread.
 */
public final class RecordCompleter {
  private final PendingResults pendingResults;
  private final DeadLetterFactory deadLetters;
  private final TerminalEvents terminalEvents;
  private final WorkerMetrics metrics;

  public RecordCompleter(
      PendingResults pendingResults,
      DeadLetterFactory deadLetters,
      TerminalEvents terminalEvents,
      WorkerMetrics metrics) {
    this.pendingResults = pendingResults;
    this.deadLetters = deadLetters;
    this.terminalEvents = terminalEvents;
    this.metrics = metrics;
  }

  /** The record is a request that is not valid. */
  void fail(ConsumerRecord<byte[], byte[]> record, OffsetTracker tracker, Failed failure) {
    complete(record, tracker, List.of(terminalEvents.create(failure, RecordHash.of(record))));
  }

  /** The record triggers a bug: it goes to the dead letters. */
  void deadLetter(ConsumerRecord<byte[], byte[]> record, OffsetTracker tracker, String reason) {
    complete(record, tracker, List.of(deadLetterRecord(record, reason)));
  }

  /** The same for a request; if its id can be read, its client gets a failed event too. */
  void deadLetter(
      ConsumerRecord<byte[], byte[]> record,
      OffsetTracker tracker,
      ReadResult.Unreadable unreadable) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    records.add(deadLetterRecord(record, unreadable.reason()));
    if (!unreadable.id().isEmpty()) {
      records.add(
          terminalEvents.create(RequestReader.toFailure(unreadable), RecordHash.of(record)));
    }
    complete(record, tracker, records);
  }

  private ProducerRecord<byte[], byte[]> deadLetterRecord(
      ConsumerRecord<byte[], byte[]> record, String reason) {
    metrics.countDeadLetter();
    return deadLetters.create(record, reason);
  }

  private void complete(
      ConsumerRecord<byte[], byte[]> record,
      OffsetTracker tracker,
      List<ProducerRecord<byte[], byte[]>> records) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    pendingResults.add(
        new PendingResults.CompletedRecord(
            partition, record.offset(), tracker, records, ProgressSink.DONE));
  }
}

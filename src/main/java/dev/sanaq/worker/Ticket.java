package dev.sanaq.worker;

import dev.sanaq.event.LiveEvents;
import dev.sanaq.job.Job;
import dev.sanaq.sana.AdapterUse;
import dev.sanaq.sana.Drawing;
import dev.sanaq.sana.Shape;
import dev.sanaq.sana.solver.SolverKind;
import java.time.Instant;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * An accepted job on its way through this worker, from its record to its end. What of it changes is
 * said by any thread and seen by all.
 */
final class Ticket {
  private final TopicPartition partition;
  private final long offset;
  private final Job job;
  private final Drawing drawing;
  private final Instant received;
  private final PartitionProgress lease;
  private final JobTrace trace;
  private volatile Future<?> told = LiveEvents.NOTHING;
  private volatile boolean abandoned;
  private volatile boolean suspect;

  /**
   * @param lease this worker's time with the partition in which the record was read
   * @param received when it was read
   */
  Ticket(
      ConsumerRecord<byte[], byte[]> record,
      PartitionProgress lease,
      Job job,
      JobTrace trace,
      Instant received) {
    this.partition = new TopicPartition(record.topic(), record.partition());
    this.offset = record.offset();
    this.job = job;
    this.drawing = drawing(job);
    this.received = received;
    this.lease = lease;
    this.trace = trace;
  }

  TopicPartition partition() {
    return partition;
  }

  long offset() {
    return offset;
  }

  /** The record's place, by which attempts of the same request are known again. */
  String source() {
    return partition + "@" + offset;
  }

  PartitionProgress lease() {
    return lease;
  }

  Job job() {
    return job;
  }

  Drawing drawing() {
    return drawing;
  }

  Shape shape() {
    return Shape.of(drawing);
  }

  JobTrace trace() {
    return trace;
  }

  /** When this worker read it. */
  Instant received() {
    return received;
  }

  /** Something of it was told; what is told later arrives later. */
  void told(Future<?> arrival) {
    told = arrival;
  }

  /** The arrival of the last that was told of it. */
  Future<?> told() {
    return told;
  }

  /** It is not this worker's any more: the work ends at its next step, nothing is published. */
  void abandon() {
    abandoned = true;
  }

  boolean isAbandoned() {
    return abandoned;
  }

  /** Whoever began it before did not end it: it is drawn with nothing else under way. */
  void suspect() {
    suspect = true;
  }

  boolean isSuspect() {
    return suspect;
  }

  private static Drawing drawing(Job job) {
    return new Drawing(
        job.prompt(),
        job.negativePrompt(),
        job.width(),
        job.height(),
        job.steps(),
        job.guidanceScale(),
        job.seed(),
        job.count(),
        SolverKind.of(job.solver()),
        job.resolutionBinning(),
        true,
        job.adapters().stream()
            .map(adapter -> new AdapterUse(adapter.name(), adapter.scale()))
            .toList());
  }
}

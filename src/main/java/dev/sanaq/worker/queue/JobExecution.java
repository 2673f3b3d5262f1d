package dev.sanaq.worker.queue;

import dev.sanaq.job.Job;
import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.kafka.event.ProgressPublisher;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.worker.observe.JobSpan;
import java.time.Instant;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * An accepted job on its way through this worker, from its record to its end. What of it changes is
 * said by any thread and seen by all.
 */
public final class JobExecution {
  private final TopicPartition partition;
  private final long offset;
  private final Job job;
  private final GenerationParams generationParams;
  private final Instant received;
  private final OffsetTracker offsetTracker;
  private final JobSpan span;
  private volatile Future<?> lastProgressSend = ProgressPublisher.DONE;
  private volatile boolean abandoned;
  private volatile boolean quarantined;

  /**
   * @param lease this worker's time with the partition in which the record was read
   * @param received when it was read
   */
  public JobExecution(
      ConsumerRecord<byte[], byte[]> record,
      OffsetTracker lease,
      Job job,
      JobSpan trace,
      Instant received) {
    this.partition = new TopicPartition(record.topic(), record.partition());
    this.offset = record.offset();
    this.job = job;
    this.generationParams = generationParams(job);
    this.received = received;
    this.offsetTracker = lease;
    this.span = trace;
  }

  public TopicPartition partition() {
    return partition;
  }

  public long offset() {
    return offset;
  }

  /** The record's place, by which attempts of the same request are known again. */
  public String source() {
    return partition + "@" + offset;
  }

  public OffsetTracker offsetTracker() {
    return offsetTracker;
  }

  public Job job() {
    return job;
  }

  public GenerationParams generationParams() {
    return generationParams;
  }

  public BatchKey batchKey() {
    return BatchKey.of(generationParams);
  }

  public JobSpan span() {
    return span;
  }

  /** When this worker read it. */
  public Instant received() {
    return received;
  }

  /** Something of it was told; what is told later arrives later. */
  public void setLastProgressSend(Future<?> arrival) {
    lastProgressSend = arrival;
  }

  /** The arrival of the last that was told of it. */
  public Future<?> lastProgressSend() {
    return lastProgressSend;
  }

  /** It is not this worker's any more: the work ends at its next step, nothing is published. */
  void abandon() {
    abandoned = true;
  }

  public boolean isAbandoned() {
    return abandoned;
  }

  /** Whoever began it before did not end it: it is drawn with nothing else under way. */
  public void quarantine() {
    quarantined = true;
  }

  public boolean isQuarantined() {
    return quarantined;
  }

  private static GenerationParams generationParams(Job job) {
    return new GenerationParams(
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
            .map(adapter -> new LoraWeight(adapter.name(), adapter.scale()))
            .toList());
  }
}

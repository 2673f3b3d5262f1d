package dev.sanaq.worker.queue;

import dev.sanaq.image.ImageSize;
import dev.sanaq.job.Job;
import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.kafka.RecordHash;
import dev.sanaq.kafka.event.ProgressSink;
import dev.sanaq.kafka.request.Cancellation;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.select.Selection;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.solver.StepCache;
import dev.sanaq.storage.result.Attempt;
import dev.sanaq.worker.adapter.JobAdapters;
import dev.sanaq.worker.input.PreparedInputs;
import dev.sanaq.worker.observe.JobSpan;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One accepted job on this worker, from its record to its outcome. The thread that has the job
 * moves it from {@link JobPhase} to phase; every other thread may read it and may request that the
 * job is abandoned.
 */
public final class JobExecution {
  private final TopicPartition partition;
  private final long offset;
  private final String recordHash;
  private final int recordBytes;
  private final Instant received;
  private final OffsetTracker offsetTracker;
  private final JobSpan span;
  private volatile Job job;
  private volatile GenerationParams generationParams;
  private volatile CompletableFuture<Void> fetch = CompletableFuture.completedFuture(null);
  private volatile JobAdapters adapters = JobAdapters.NONE;
  private volatile JobPhase phase = JobPhase.QUEUED;
  private volatile @Nullable Attempt attempt;
  private volatile int attemptCount;
  private volatile Future<?> lastProgressSend = ProgressSink.DONE;
  private volatile @Nullable Cancellation cancellation;
  private volatile boolean abandonRequested;
  private volatile boolean quarantined;

  /**
   * @param offsetTracker of the assignment in which the record was read: its identity is the
   *     assignment's epoch
   * @param received when this worker read the record
   */
  public JobExecution(
      ConsumerRecord<byte[], byte[]> record,
      OffsetTracker offsetTracker,
      Job job,
      JobSpan span,
      Instant received) {
    this.partition = new TopicPartition(record.topic(), record.partition());
    this.offset = record.offset();
    this.recordHash = RecordHash.of(record);
    this.recordBytes = record.value().length;
    this.job = job;
    this.generationParams = generationParams(job);
    this.received = received;
    this.offsetTracker = offsetTracker;
    this.span = span;
  }

  public TopicPartition partition() {
    return partition;
  }

  public long offset() {
    return offset;
  }

  /** Identifies the record: the same whenever it is read. */
  public String recordHash() {
    return recordHash;
  }

  /** The length of the record's value, to which the memory of the job is proportional. */
  int recordBytes() {
    return recordBytes;
  }

  /** The record as {@code topic-partition@offset#hash}: identifies attempts of the same request. */
  public String source() {
    return partition + "@" + offset + "#" + recordHash;
  }

  public OffsetTracker offsetTracker() {
    return offsetTracker;
  }

  public Job job() {
    return job;
  }

  /** Without adapters until {@link #setAdapters}, if it names some by their URI. */
  public GenerationParams generationParams() {
    return generationParams;
  }

  /**
   * The job starts only once its adapters are there. Called before it is queued.
   *
   * @param started completes when they are there, or with the reason why they cannot be
   */
  public void awaitAdapters(CompletableFuture<Void> started) {
    fetch = started;
  }

  /** Whether the job need not wait for its adapters any more. */
  boolean isReady() {
    return fetch.isDone();
  }

  /** Runs an action as soon as the job is ready; at once if it is. */
  void whenReady(Runnable action) {
    CompletableFuture<Void> unused = fetch.whenComplete((done, failure) -> action.run());
  }

  /**
   * Checks, for a job that is ready, that its adapters were fetched.
   *
   * @throws RuntimeException the reason why they were not
   */
  public void requireFetchedAdapters() {
    try {
      fetch.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException reason ? reason : e;
    }
  }

  /** The job uses these adapters; {@link WorkerJobs#release} closes them. */
  public void setAdapters(JobAdapters own) {
    adapters = own;
    generationParams = generationParams.withAdapters(own.weights());
  }

  /** The job has these input images; before it is ready. */
  public void setInputs(PreparedInputs prepared) {
    ImageSize size = prepared.size();
    job = job.withInputs(prepared.inputs(), size.width(), size.height());
    generationParams =
        generationParams
            .withConditioning(prepared.conditioning())
            .withSize(size.width(), size.height());
  }

  void releaseAdapters() {
    adapters.close();
  }

  public BatchKey batchKey() {
    return BatchKey.of(generationParams);
  }

  public JobSpan span() {
    return span;
  }

  /** When this worker read the record. */
  public Instant received() {
    return received;
  }

  public JobPhase phase() {
    return phase;
  }

  /**
   * Moves the job to its next phase.
   *
   * @throws IllegalStateException if the state diagram has no such transition, or if the job would
   *     run without a counted attempt
   */
  public synchronized void moveTo(JobPhase next) {
    if (!phase.canMoveTo(next) || next == JobPhase.RUNNING && attempt == null) {
      throw new IllegalStateException(
          "job %s cannot move from %s to %s".formatted(job.id(), phase, next));
    }
    phase = next;
  }

  /**
   * Records the counted attempt, once, while the job is {@link JobPhase#STARTING}.
   *
   * @param counted as stored in S3
   * @param count attempts of this request so far, this one included; from 1
   */
  public synchronized void setAttempt(Attempt counted, int count) {
    if (phase != JobPhase.STARTING || attempt != null) {
      throw new IllegalStateException(
          "attempt %s of job %s: the job is %s".formatted(count, job.id(), phase));
    }
    attempt = counted;
    attemptCount = count;
  }

  /** The counted attempt; empty before the job has started. */
  public Optional<Attempt> attempt() {
    return Optional.ofNullable(attempt);
  }

  /** Attempts of this request so far, this one included; 0 before the job has started. */
  public int attemptCount() {
    return attemptCount;
  }

  /** Remembers the latest event sent for this job: the terminal event must arrive after it. */
  public void setLastProgressSend(Future<?> send) {
    lastProgressSend = send;
  }

  public Future<?> lastProgressSend() {
    return lastProgressSend;
  }

  /** Marks the job as cancelled: it does not start any more. */
  public void cancel(Cancellation request) {
    cancellation = request;
  }

  /** The cancellation that reached the job in the queue. */
  public Optional<Cancellation> cancellation() {
    return Optional.ofNullable(cancellation);
  }

  /** Requests that the work stops at its next check, unpublished: another worker has the job. */
  void requestAbandon() {
    abandonRequested = true;
  }

  public boolean isAbandonRequested() {
    return abandonRequested;
  }

  /** An earlier attempt did not finish: the job runs with no other job active. */
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
        new GuidanceInterval(job.guidanceInterval().get(0), job.guidanceInterval().get(1)),
        job.seed(),
        job.count(),
        SolverKind.of(job.solver()),
        job.resolutionBinning(),
        true,
        job.adapters().stream()
            .filter(adapter -> !adapter.isRemote())
            .map(adapter -> new LoraWeight(adapter.name(), adapter.scale(), adapter.sha256()))
            .toList(),
        PreparedInputs.placeholder(job.inputs()),
        StepCache.ofPreset(job.stepCache()),
        Selection.of(job.candidates(), job.draftSteps()));
  }
}

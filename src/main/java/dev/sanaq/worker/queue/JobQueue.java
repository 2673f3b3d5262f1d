package dev.sanaq.worker.queue;

import dev.sanaq.sana.BatchKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * The priority queue of accepted jobs. It forms the batches: the first job and others with the same
 * {@link BatchKey}, up to {@code sanaq.worker.batch-size} (8) jobs and to the images that fit in
 * memory; an incomplete batch waits {@code sanaq.worker.batch-linger} (5 ms) for more jobs. Jobs
 * with the same id run one after the other: the second is held back until the first has ended. A
 * job whose adapters are still being fetched is passed over. A job that leaves the queue becomes
 * active in the same moment, and one that returns is active until then: it is always in one of
 * both. Any number of threads.
 */
public final class JobQueue {
  private final ActiveJobs activeJobs;
  private final Duration priorityAging;
  private final int maxBatchSize;
  private final Duration batchLinger;
  private final ToIntFunction<BatchKey> maxBatchImages;
  private final TreeSet<QueuedJob> queued =
      new TreeSet<>(
          Comparator.comparing(QueuedJob::effectiveTime).thenComparingLong(QueuedJob::sequence));

  /** The ids of queued and active jobs, each with the jobs of the same id that are held back. */
  private final Map<String, Deque<JobExecution>> waitingForSameId = new HashMap<>();

  private long nextSequence;
  private int heldBack;
  private boolean closed;

  /**
   * An entry of the queue. The sort key is not part of {@link JobExecution}: it belongs to one stay
   * in the queue, and a key in a {@link TreeSet} must not change while a requeued job gets another.
   *
   * @param enqueuedNanos by {@link System#nanoTime}
   */
  private record QueuedJob(
      Instant effectiveTime, long sequence, JobExecution execution, long enqueuedNanos) {}

  private record Batch(List<JobExecution> jobs, boolean full) {}

  /**
   * @param activeJobs where jobs go from here
   * @param priorityAging wait after which a job counts as one priority higher
   * @param maxBatchSize jobs in a batch at most
   * @param batchLinger how long an incomplete batch waits for more jobs; time that its first job
   *     has already waited for the device counts
   * @param maxBatchImages images of a batch key that fit in memory together
   */
  public JobQueue(
      ActiveJobs activeJobs,
      Duration priorityAging,
      int maxBatchSize,
      Duration batchLinger,
      ToIntFunction<BatchKey> maxBatchImages) {
    this.activeJobs = activeJobs;
    this.priorityAging = priorityAging;
    this.maxBatchSize = maxBatchSize;
    this.batchLinger = batchLinger;
    this.maxBatchImages = maxBatchImages;
  }

  /** Adds a job; it is held back while a job of the same id is queued or active. */
  public synchronized void add(JobExecution execution) {
    Deque<JobExecution> heldBackJobs = waitingForSameId.get(execution.job().id());
    if (heldBackJobs != null) {
      heldBackJobs.add(execution);
      heldBack++;
      return;
    }
    waitingForSameId.put(execution.job().id(), new ArrayDeque<>());
    enqueue(execution);
  }

  /**
   * Returns an active job, with its old priority and its id still claimed.
   *
   * @return false if the job is to be abandoned: it remains active
   */
  public synchronized boolean requeue(JobExecution execution) {
    if (execution.isAbandonRequested()) {
      return false;
    }
    execution.moveTo(JobPhase.QUEUED);
    enqueue(execution);
    activeJobs.remove(execution);
    return true;
  }

  /** A job has ended or was abandoned: the next job of the same id is queued. */
  public synchronized void releaseId(JobExecution execution) {
    Deque<JobExecution> heldBackJobs = waitingForSameId.get(execution.job().id());
    if (heldBackJobs == null) {
      return;
    }
    JobExecution next = heldBackJobs.poll();
    if (next == null) {
      waitingForSameId.remove(execution.job().id());
    } else {
      heldBack--;
      enqueue(next);
    }
  }

  /**
   * Takes the next batch: the first job and others with its batch key, or one quarantined job.
   * Blocks until there is one whose adapters are there, and until it is full or its linger time is
   * over.
   *
   * @return active and {@link JobPhase#STARTING}; empty once the queue is closed
   */
  public synchronized List<JobExecution> takeBatch() throws InterruptedException {
    while (!closed) {
      Batch batch = nextBatch();
      long left = remainingLinger();
      if (batch.jobs().isEmpty()) {
        wait();
      } else if (!batch.full() && left > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } else {
        queued.removeIf(entry -> batch.jobs().contains(entry.execution()));
        batch.jobs().forEach(this::activate);
        return batch.jobs();
      }
    }
    return List.of();
  }

  /**
   * Takes matching jobs out of turn. Those that are held back follow when their turn comes.
   *
   * @return active and {@link JobPhase#STARTING}
   */
  public synchronized List<JobExecution> takeIf(Predicate<JobExecution> condition) {
    List<JobExecution> taken = queued.stream().map(QueuedJob::execution).filter(condition).toList();
    queued.removeIf(entry -> taken.contains(entry.execution()));
    taken.forEach(this::activate);
    return taken;
  }

  /** Removes matching jobs, those held back too; they do not become active. */
  public synchronized List<JobExecution> removeIf(Predicate<JobExecution> condition) {
    List<JobExecution> removed = new ArrayList<>();
    for (Deque<JobExecution> heldBackJobs : waitingForSameId.values()) {
      heldBackJobs.stream().filter(condition).forEach(removed::add);
      heldBackJobs.removeIf(condition);
    }
    heldBack -= removed.size();
    List<JobExecution> unqueued = new ArrayList<>();
    for (Iterator<QueuedJob> entries = queued.iterator(); entries.hasNext(); ) {
      JobExecution execution = entries.next().execution();
      if (condition.test(execution)) {
        entries.remove();
        unqueued.add(execution);
      }
    }
    unqueued.forEach(this::releaseId);
    removed.addAll(unqueued);
    return removed;
  }

  /** The number of jobs that are queued or held back. */
  public synchronized int size() {
    return queued.size() + heldBack;
  }

  /** The length of the requests that are queued or held back, in bytes. */
  public synchronized long bytes() {
    long bytes = 0;
    for (QueuedJob entry : queued) {
      bytes += entry.execution().recordBytes();
    }
    for (Deque<JobExecution> heldBackJobs : waitingForSameId.values()) {
      for (JobExecution execution : heldBackJobs) {
        bytes += execution.recordBytes();
      }
    }
    return bytes;
  }

  /** From now on {@link #takeBatch} returns an empty batch. */
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  private void activate(JobExecution execution) {
    execution.moveTo(JobPhase.STARTING);
    activeJobs.add(execution);
  }

  private void enqueue(JobExecution execution) {
    Instant effectiveTime =
        PriorityOrder.effectiveTime(
            execution.job().priority(), execution.received(), priorityAging);
    queued.add(new QueuedJob(effectiveTime, nextSequence++, execution, System.nanoTime()));
    execution.whenReady(this::wake);
  }

  private synchronized void wake() {
    notifyAll();
  }

  // Of the job that is first now: the one that was first may have been cancelled meanwhile.
  private long remainingLinger() {
    return queued.stream()
        .filter(next -> next.execution().isReady())
        .findFirst()
        .map(first -> batchLinger.toNanos() - (System.nanoTime() - first.enqueuedNanos()))
        .orElse(0L);
  }

  /** The batch as of now: the first job, and those that can join it. */
  private Batch nextBatch() {
    List<JobExecution> jobs = new ArrayList<>();
    int freeImages = 0;
    for (QueuedJob next : queued) {
      JobExecution execution = next.execution();
      if (!execution.isReady()) {
        continue;
      }
      if (jobs.isEmpty()) {
        jobs.add(execution);
        freeImages = maxBatchImages.applyAsInt(execution.batchKey()) - images(execution);
      } else if (canJoin(execution, jobs.get(0)) && images(execution) <= freeImages) {
        jobs.add(execution);
        freeImages -= images(execution);
      }
      if (isFull(jobs, freeImages)) {
        return new Batch(jobs, true);
      }
    }
    return new Batch(jobs, false);
  }

  private static int images(JobExecution execution) {
    return execution.generationParams().generatedImages();
  }

  private boolean isFull(List<JobExecution> jobs, int freeImages) {
    return jobs.get(0).isQuarantined() || jobs.size() >= maxBatchSize || freeImages <= 0;
  }

  private static boolean canJoin(JobExecution execution, JobExecution first) {
    return !execution.isQuarantined() && execution.batchKey().equals(first.batchKey());
  }
}

package dev.sanaq.worker.queue;

import java.util.function.Predicate;

/** All jobs of this worker, queued and active. Any number of threads. */
public final class WorkerJobs {
  // Requests have at most 256 KB, usually less than one; as objects they need several times that.
  private static final long MAX_QUEUED_BYTES = 8L * 1024 * 1024;

  private final JobQueue queue;
  private final ActiveJobs active;
  private final int queueCapacity;

  /**
   * @param queueCapacity queued jobs from which on the worker reads no more records
   */
  public WorkerJobs(JobQueue queue, ActiveJobs active, int queueCapacity) {
    this.queue = queue;
    this.active = active;
    this.queueCapacity = queueCapacity;
  }

  /** Whether no more records should be read: many jobs are queued, or large ones. */
  public boolean isQueueFull() {
    return queue.size() >= queueCapacity || queue.bytes() >= MAX_QUEUED_BYTES;
  }

  public boolean hasActive() {
    return active.size() > 0;
  }

  public boolean hasActive(Predicate<JobExecution> condition) {
    return active.anyMatch(condition);
  }

  public boolean isEmpty() {
    return queue.size() == 0 && active.size() == 0;
  }

  /**
   * Abandons jobs that have no counted attempt: another worker reads their records again. They are
   * queued, or are about to start, or quarantined until the others have ended.
   */
  public void abandonWaiting(Predicate<JobExecution> condition) {
    removeQueued(condition);
    active.abandonIf(condition.and(execution -> execution.attempt().isEmpty()));
    removeQueued(condition);
  }

  /** The same for all jobs; the work on active ones stops at its next check, unpublished. */
  public void abandon(Predicate<JobExecution> condition) {
    removeQueued(condition);
    active.abandonIf(condition);
    removeQueued(condition);
  }

  // Once more after the active ones: until it is asked to stop, a job may return to the queue.
  private void removeQueued(Predicate<JobExecution> condition) {
    queue.removeIf(condition).forEach(execution -> execution.moveTo(JobPhase.ABANDONED));
  }

  /** A job has ended: it is not active any more, and the next one of its id may start. */
  public void release(JobExecution execution) {
    execution.releaseAdapters();
    active.remove(execution);
    queue.releaseId(execution);
  }
}

package dev.sanaq.worker.queue;

import java.util.function.Predicate;

/** All jobs of this worker, queued and active. Any number of threads. */
public final class WorkerJobs {
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

  public boolean isQueueFull() {
    return queue.size() >= queueCapacity;
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

  /** Removes queued jobs: another worker reads their records again. */
  public void abandonQueued(Predicate<JobExecution> condition) {
    queue.removeIf(condition).forEach(execution -> execution.moveTo(JobPhase.ABANDONED));
  }

  /** Requests that the work on active jobs stops at its next check, unpublished. */
  public void abandonActive(Predicate<JobExecution> condition) {
    active.abandonIf(condition);
  }

  /** A job has ended: it is not active any more, and the next one of its id may start. */
  public void release(JobExecution execution) {
    active.remove(execution);
    queue.releaseId(execution);
  }
}

package dev.sanaq.worker.queue;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/** The jobs that have left the queue and have not ended. Any number of threads. */
public final class ActiveJobs {
  private final Set<JobExecution> executions = new HashSet<>();

  public synchronized void add(JobExecution execution) {
    executions.add(execution);
  }

  public synchronized void remove(JobExecution execution) {
    executions.remove(execution);
    notifyAll();
  }

  public synchronized boolean anyMatch(Predicate<JobExecution> condition) {
    return executions.stream().anyMatch(condition);
  }

  public synchronized int size() {
    return executions.size();
  }

  /** Requests that the work on these jobs stops at its next check, unpublished. */
  public synchronized void abandonIf(Predicate<JobExecution> condition) {
    executions.stream().filter(condition).forEach(JobExecution::requestAbandon);
    notifyAll();
  }

  /** Blocks until no other job is active, or until this one is to be abandoned. */
  public synchronized void awaitOthers(JobExecution execution) throws InterruptedException {
    while (!execution.isAbandonRequested()
        && executions.stream().anyMatch(other -> other != execution)) {
      wait();
    }
  }
}

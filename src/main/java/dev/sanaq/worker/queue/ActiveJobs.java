package dev.sanaq.worker.queue;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/** The jobs that were begun and have not ended. Any number of threads. */
public final class ActiveJobs {
  private final Set<JobExecution> executions = new HashSet<>();

  public synchronized void add(JobExecution ticket) {
    executions.add(ticket);
  }

  public synchronized void remove(JobExecution ticket) {
    executions.remove(ticket);
    notifyAll();
  }

  public synchronized boolean anyMatch(Predicate<JobExecution> which) {
    return executions.stream().anyMatch(which);
  }

  public synchronized int size() {
    return executions.size();
  }

  /** Lets the work on them end at its next step, unpublished. */
  public synchronized void abandonIf(Predicate<JobExecution> which) {
    executions.stream().filter(which).forEach(JobExecution::abandon);
  }

  public synchronized void awaitEmpty() throws InterruptedException {
    while (!executions.isEmpty()) {
      wait();
    }
  }
}

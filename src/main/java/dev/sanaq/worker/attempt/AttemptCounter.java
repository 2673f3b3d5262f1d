package dev.sanaq.worker.attempt;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.storage.StorageException;
import dev.sanaq.storage.result.Attempt;
import dev.sanaq.storage.result.AttemptStore;
import dev.sanaq.worker.queue.JobExecution;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Stops poison messages, requests that kill their workers. It counts the attempts of a request in
 * S3 before each starts. A redelivered request with an unfinished attempt is quarantined: it runs
 * alone. After {@code sanaq.worker.max-attempts} (3) unfinished attempts it fails with {@code
 * crashed}; it does not go to the dead letter topic. The counter also releases attempts that ended
 * without the job's fault. An attempt that S3 could not release stays pending until it can. Any
 * number of threads.
 */
public final class AttemptCounter {
  private static final Logger LOG = Logger.getLogger(AttemptCounter.class);

  private final AttemptStore store;
  private final int maxAttempts;
  private final String workerId;
  private final Clock clock;
  private final Queue<PendingRelease> pendingReleases = new ConcurrentLinkedQueue<>();

  private record PendingRelease(String id, Attempt attempt) {}

  /**
   * @param maxAttempts attempts without a result after which a job fails as {@code crashed}
   */
  public AttemptCounter(AttemptStore store, int maxAttempts, String workerId, Clock clock) {
    this.store = store;
    this.maxAttempts = maxAttempts;
    this.workerId = workerId;
    this.clock = clock;
  }

  /** A first attempt that starts now, not stored yet. */
  Attempt newAttempt(JobExecution execution) {
    return new Attempt(1, workerId, clock.instant(), execution.source());
  }

  /** Stores the attempt if the id has none yet: then no job of this id has a result. */
  boolean tryCountFirst(Job job, Attempt attempt) {
    return store.tryCreateFirst(job.id(), attempt);
  }

  /** The stored attempts of a job's id, of all records. */
  List<Attempt> list(Job job) {
    return store.list(job.id());
  }

  /** How the record's job ended, by the attempts of its id; empty if it did not. */
  static Optional<JobOutcome> findOutcome(JobExecution execution, List<Attempt> all) {
    return all.stream()
        .filter(attempt -> attempt.source().equals(execution.source()))
        .flatMap(attempt -> attempt.outcome().stream())
        .reduce((earlier, later) -> later);
  }

  /**
   * The write that stores how a job ended; it may be repeated, and throws {@link StorageException}.
   */
  Runnable outcomeWrite(JobExecution execution, JobOutcome outcome) {
    String id = execution.job().id();
    Optional<Attempt> counted = execution.attempt();
    if (counted.isPresent()) {
      return () -> store.putOutcome(id, counted.get().withOutcome(outcome));
    }
    // It ended before it started, and its id may be free: the next start must find this.
    Attempt ended = newAttempt(execution).withOutcome(outcome);
    return () -> store.createNext(id, ended);
  }

  /**
   * Counts the attempt of a job whose id has others, unless they forbid it.
   *
   * @param all the stored attempts of the id
   */
  StartDecision countRepeat(JobExecution execution, Attempt attempt, List<Attempt> all) {
    Job job = execution.job();
    List<Attempt> own = all.stream().filter(a -> a.source().equals(attempt.source())).toList();
    Optional<Attempt> counted = own.stream().filter(attempt::isSameAttempt).findFirst();
    if (counted.isPresent()) {
      return new StartDecision.Start(counted.get(), own.size());
    }
    if (own.size() >= maxAttempts) {
      return new StartDecision.Finish(crashed(job, own), false);
    }
    if (!own.isEmpty() && !execution.isQuarantined()) {
      return new StartDecision.Quarantine();
    }
    Attempt next = new Attempt(all.size() + 1, workerId, attempt.startedAt(), attempt.source());
    return new StartDecision.Start(store.createNext(job.id(), next), own.size() + 1);
  }

  /** Deletes the job's counted attempt, if it has one: it ended without the job's fault. */
  public void release(JobExecution execution) {
    execution.attempt().ifPresent(attempt -> release(execution.job().id(), attempt));
  }

  private void release(String id, Attempt attempt) {
    try {
      store.delete(id, attempt);
    } catch (RuntimeException e) {
      releaseLater(id, attempt);
    }
  }

  void releaseLater(String id, Attempt attempt) {
    pendingReleases.add(new PendingRelease(id, attempt));
  }

  /**
   * Releases the pending attempts; blocks. To be called when S3 is available again.
   *
   * @throws StorageException if it is not; the rest stays pending
   */
  public void releasePending() {
    for (PendingRelease pending = pendingReleases.peek();
        pending != null;
        pending = pendingReleases.peek()) {
      store.delete(pending.id(), pending.attempt());
      pendingReleases.remove(pending);
    }
  }

  /** Like {@link #releasePending}, but a failure is only logged. */
  void tryReleasePending() {
    try {
      releasePending();
    } catch (StorageException e) {
      LOG.debugf("%d attempts are not released yet: %s", pendingReleases.size(), e.getMessage());
    }
  }

  private static Failed crashed(Job job, List<Attempt> own) {
    String starts =
        own.stream()
            .map(attempt -> "by %s at %s".formatted(attempt.worker(), attempt.startedAt()))
            .collect(Collectors.joining(", "));
    String message =
        "started %s times (%s); each time the worker died or lost the job before it finished"
            .formatted(own.size(), starts);
    return new Failed(
        job.id(),
        JobError.of(ErrorCode.CRASHED, message),
        own.size(),
        job.metadata(),
        job.callbackUrl());
  }
}

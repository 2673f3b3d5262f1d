package dev.sanaq.worker.attempt;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.JobOutcome.Completed;
import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.storage.StorageException;
import dev.sanaq.storage.health.StorageOutageException;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.storage.result.Attempt;
import dev.sanaq.storage.result.AttemptStore;
import dev.sanaq.storage.result.ResultStore;
import dev.sanaq.worker.queue.JobExecution;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Looks at the storage before a job is begun: was it done before, how often was it begun, is it
 * still wanted. Counts the beginning before the work starts. Any number of threads.
 */
public final class AttemptGate {
  private static final Logger LOG = Logger.getLogger(AttemptGate.class);

  private final ResultStore store;
  private final AttemptStore attemptStore;
  private final StorageRetry storageRetry;
  private final JobTermination termination;
  private final int maxAttempts;
  private final String workerId;
  private final Clock clock;

  /** Attempts that are to be given back once the storage is there. */
  private final Queue<PendingRelease> pendingReleases = new ConcurrentLinkedQueue<>();

  private record PendingRelease(String id, Attempt attempt) {}

  public AttemptGate(
      ResultStore store,
      AttemptStore attempts,
      StorageRetry gate,
      JobTermination needless,
      int mostAttempts,
      String worker,
      Clock clock) {
    this.store = store;
    this.attemptStore = attempts;
    this.storageRetry = gate;
    this.termination = needless;
    this.maxAttempts = mostAttempts;
    this.workerId = worker;
    this.clock = clock;
  }

  /**
   * Whether the job may begin; blocks.
   *
   * @throws dev.sanaq.storage.StorageException where the storage does not say
   * @throws StorageOutageException where it is away
   * @throws RetryAbortedException where the job is not this worker's any more
   */
  public StartDecision tryStart(JobExecution ticket) {
    tryReleasePending();
    // The same moment however often it is tried: by it a write is known whose answer was lost.
    Attempt attempt = new Attempt(1, workerId, clock.instant(), ticket.source());
    try {
      return storageRetry.call(() -> decide(ticket, attempt), ticket::isAbandoned);
    } catch (RetryAbortedException | StorageOutageException e) {
      // It may have been counted all the same, and only the answer was lost.
      pendingReleases.add(new PendingRelease(ticket.job().id(), attempt));
      throw e;
    }
  }

  /** The job was not done, and not by its own fault. */
  public void releaseAttempt(JobExecution ticket, Attempt attempt) {
    try {
      attemptStore.delete(ticket.job().id(), attempt);
    } catch (RuntimeException e) {
      pendingReleases.add(new PendingRelease(ticket.job().id(), attempt));
    }
  }

  /** Gives back what could not be given back before; to be called when the storage is there. */
  public void releasePending() {
    for (PendingRelease debt = pendingReleases.peek();
        debt != null;
        debt = pendingReleases.peek()) {
      attemptStore.delete(debt.id(), debt.attempt());
      pendingReleases.remove(debt);
    }
  }

  private void tryReleasePending() {
    try {
      releasePending();
    } catch (StorageException e) {
      LOG.debugf("attempts are not given back yet: %s", e.getMessage());
    }
  }

  private StartDecision decide(JobExecution ticket, Attempt attempt) {
    Job job = ticket.job();
    Optional<JobOutcome> end = termination.outcomeIfUnneeded(ticket, 0);
    if (end.isPresent()) {
      return new StartDecision.Finish(storedOutcome(job).orElseGet(end::get));
    }
    if (attemptStore.tryCreateFirst(job.id(), attempt)) {
      return new StartDecision.Start(attempt, 1);
    }
    Optional<JobOutcome> earlier = storedOutcome(job);
    return earlier.isPresent()
        ? new StartDecision.Finish(earlier.get())
        : decideRepeat(ticket, attempt);
  }

  private StartDecision decideRepeat(JobExecution ticket, Attempt attempt) {
    List<Attempt> all = attemptStore.list(ticket.job().id());
    List<Attempt> own = all.stream().filter(a -> a.source().equals(attempt.source())).toList();
    Optional<Attempt> counted = own.stream().filter(attempt::isSameAttempt).findFirst();
    if (counted.isPresent()) {
      return new StartDecision.Start(counted.get(), own.size());
    }
    if (own.size() >= maxAttempts) {
      return new StartDecision.Finish(crashed(ticket.job(), own));
    }
    if (!own.isEmpty() && !ticket.isQuarantined()) {
      return new StartDecision.Quarantine();
    }
    Attempt next = new Attempt(all.size() + 1, workerId, attempt.startedAt(), attempt.source());
    return new StartDecision.Start(
        attemptStore.createNext(ticket.job().id(), next), own.size() + 1);
  }

  private Optional<JobOutcome> storedOutcome(Job job) {
    return store.find(job.id()).map(earlier -> resultOrConflict(job, earlier));
  }

  /** The stored result again, or the conflict with it. */
  public static JobOutcome resultOrConflict(Job job, Completed earlier) {
    if (earlier.fingerprint().equals(job.fingerprint())) {
      return earlier;
    }
    String message =
        "the id %s belongs to another request, completed at %s; send this one under an id of its own"
            .formatted(job.id(), earlier.completedAt());
    return new Failed(
        job.id(),
        JobError.of(ErrorCode.ID_CONFLICT, message),
        0,
        job.metadata(),
        job.callbackUrl());
  }

  private static Failed crashed(Job job, List<Attempt> own) {
    String begun =
        own.stream()
            .map(attempt -> "by %s at %s".formatted(attempt.worker(), attempt.startedAt()))
            .collect(Collectors.joining(", "));
    String message =
        "begun %d times, %s; each time the worker died or lost it before the end"
            .formatted(own.size(), begun);
    return new Failed(
        job.id(),
        JobError.of(ErrorCode.CRASHED, message),
        own.size(),
        job.metadata(),
        job.callbackUrl());
  }
}

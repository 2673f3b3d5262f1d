package dev.sanaq.worker;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.JobOutcome.Completed;
import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.storage.Attempt;
import dev.sanaq.storage.Attempts;
import dev.sanaq.storage.ResultStore;
import dev.sanaq.storage.StorageException;
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
final class Claims {
  private static final Logger LOG = Logger.getLogger(Claims.class);

  private final ResultStore store;
  private final Attempts attempts;
  private final StorageGate gate;
  private final Needless needless;
  private final int mostAttempts;
  private final String worker;
  private final Clock clock;

  /** Attempts that are to be given back once the storage is there. */
  private final Queue<Debt> debts = new ConcurrentLinkedQueue<>();

  private record Debt(String id, Attempt attempt) {}

  Claims(
      ResultStore store,
      Attempts attempts,
      StorageGate gate,
      Needless needless,
      int mostAttempts,
      String worker,
      Clock clock) {
    this.store = store;
    this.attempts = attempts;
    this.gate = gate;
    this.needless = needless;
    this.mostAttempts = mostAttempts;
    this.worker = worker;
    this.clock = clock;
  }

  /**
   * Whether the job may begin; blocks.
   *
   * @throws dev.sanaq.storage.StorageException where the storage does not say
   * @throws OutageException where it is away
   * @throws AbandonedException where the job is not this worker's any more
   */
  Claim claim(Ticket ticket) {
    payWhatCanBePaid();
    // The same moment however often it is tried: by it a write is known whose answer was lost.
    Attempt attempt = new Attempt(1, worker, clock.instant(), ticket.source());
    try {
      return gate.call(() -> look(ticket, attempt), ticket::isAbandoned);
    } catch (AbandonedException | OutageException e) {
      // It may have been counted all the same, and only the answer was lost.
      debts.add(new Debt(ticket.job().id(), attempt));
      throw e;
    }
  }

  /** The job was not done, and not by its own fault. */
  void giveBack(Ticket ticket, Attempt attempt) {
    try {
      attempts.giveBack(ticket.job().id(), attempt);
    } catch (RuntimeException e) {
      debts.add(new Debt(ticket.job().id(), attempt));
    }
  }

  /** Gives back what could not be given back before; to be called when the storage is there. */
  void payDebts() {
    for (Debt debt = debts.peek(); debt != null; debt = debts.peek()) {
      attempts.giveBack(debt.id(), debt.attempt());
      debts.remove(debt);
    }
  }

  private void payWhatCanBePaid() {
    try {
      payDebts();
    } catch (StorageException e) {
      LOG.debugf("attempts are not given back yet: %s", e.getMessage());
    }
  }

  private Claim look(Ticket ticket, Attempt attempt) {
    Job job = ticket.job();
    Optional<JobOutcome> end = needless.end(ticket, 0);
    if (end.isPresent()) {
      return new Claim.Over(earlier(job).orElseGet(end::get));
    }
    if (attempts.isFirst(job.id(), attempt)) {
      return new Claim.Begun(attempt, 1);
    }
    Optional<JobOutcome> earlier = earlier(job);
    return earlier.isPresent() ? new Claim.Over(earlier.get()) : again(ticket, attempt);
  }

  private Claim again(Ticket ticket, Attempt attempt) {
    List<Attempt> all = attempts.earlier(ticket.job().id());
    List<Attempt> own = all.stream().filter(a -> a.source().equals(attempt.source())).toList();
    Optional<Attempt> counted = own.stream().filter(attempt::isSameBeginning).findFirst();
    if (counted.isPresent()) {
      return new Claim.Begun(counted.get(), own.size());
    }
    if (own.size() >= mostAttempts) {
      return new Claim.Over(crashed(ticket.job(), own));
    }
    if (!own.isEmpty() && !ticket.isSuspect()) {
      return new Claim.Suspect();
    }
    Attempt next = new Attempt(all.size() + 1, worker, attempt.startedAt(), attempt.source());
    return new Claim.Begun(attempts.count(ticket.job().id(), next), own.size() + 1);
  }

  private Optional<JobOutcome> earlier(Job job) {
    return store.find(job.id()).map(earlier -> sameOrConflict(job, earlier));
  }

  /** The stored result again, or the conflict with it. */
  static JobOutcome sameOrConflict(Job job, Completed earlier) {
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

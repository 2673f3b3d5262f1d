package dev.sanaq.worker.run;

import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.storage.health.StorageOutageException;
import dev.sanaq.worker.attempt.AttemptGate;
import dev.sanaq.worker.attempt.StartDecision;
import dev.sanaq.worker.attempt.StartedJob;
import dev.sanaq.worker.finish.ErrorMapper;
import dev.sanaq.worker.finish.JobCompleter;
import dev.sanaq.worker.queue.ActiveJobs;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.JobQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/**
 * Makes the next batch ready while the last one is drawn: takes those whose turn it is from the
 * desk and counts their beginning. One batch ahead at most, so that a choice is made as late as it
 * can be, and few jobs count as begun when a worker dies. A suspect is begun when nothing else is.
 */
public final class BatchPreparer implements Runnable {
  private final JobQueue queue;
  private final AttemptGate attemptGate;
  private final ActiveJobs activeJobs;
  private final JobCompleter completer;
  private final ExecutorService io;
  private final Semaphore preparePermit = new Semaphore(1);
  private final BlockingQueue<List<StartedJob>> readyBatches = new LinkedBlockingQueue<>();

  /**
   * @param io where calls to the storage are made: threads that no upload keeps, lest the device
   *     wait for those
   */
  public BatchPreparer(
      JobQueue desk,
      AttemptGate claims,
      ActiveJobs inFlight,
      JobCompleter endings,
      ExecutorService io) {
    this.queue = desk;
    this.attemptGate = claims;
    this.activeJobs = inFlight;
    this.completer = endings;
    this.io = io;
  }

  /** The next batch, empty once there will be none. Waits; the drawing thread's to call. */
  List<StartedJob> next() throws InterruptedException {
    return readyBatches.take();
  }

  /** The device is nearly free: the next batch may be made ready. Once a batch. */
  void onDeviceAlmostIdle() {
    preparePermit.release();
  }

  /**
   * Brings jobs to their end that need no drawing, since they were taken back while they waited.
   */
  public void finishWithoutRunning(List<JobExecution> tickets) {
    for (JobExecution ticket : tickets) {
      activeJobs.add(ticket);
      io.execute(() -> tryStart(ticket));
    }
  }

  @Override
  public void run() {
    try {
      while (prepareNext()) {
        continue;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    readyBatches.add(List.of());
  }

  private boolean prepareNext() throws InterruptedException {
    preparePermit.acquire();
    List<JobExecution> tickets = queue.takeBatch();
    if (tickets.isEmpty()) {
      return false;
    }
    if (tickets.get(0).isQuarantined()) {
      activeJobs.awaitEmpty();
    }
    List<StartedJob> batch = startAll(tickets);
    if (batch.isEmpty()) {
      preparePermit.release();
    } else {
      readyBatches.add(batch);
    }
    return true;
  }

  private List<StartedJob> startAll(List<JobExecution> tickets) {
    List<CompletableFuture<List<StartedJob>>> claims = new ArrayList<>();
    for (JobExecution ticket : tickets) {
      activeJobs.add(ticket);
      claims.add(CompletableFuture.supplyAsync(() -> tryStart(ticket), io));
    }
    List<StartedJob> batch = new ArrayList<>();
    claims.forEach(claim -> batch.addAll(claim.join()));
    return batch;
  }

  private List<StartedJob> tryStart(JobExecution ticket) {
    try {
      StartDecision claim = attemptGate.tryStart(ticket);
      if (claim instanceof StartDecision.Start begun) {
        return List.of(new StartedJob(ticket, begun.attempt(), begun.attemptCount()));
      }
      if (claim instanceof StartDecision.Finish over) {
        completer.complete(ticket, over.outcome());
      } else {
        ticket.quarantine();
        activeJobs.remove(ticket);
        queue.requeueFirst(ticket);
      }
    } catch (RetryAbortedException | StorageOutageException e) {
      completer.abandon(ticket);
    } catch (RuntimeException e) {
      completer.complete(ticket, ErrorMapper.toFailure(ticket.job(), e, 0));
    }
    return List.of();
  }
}

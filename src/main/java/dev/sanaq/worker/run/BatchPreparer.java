package dev.sanaq.worker.run;

import dev.sanaq.kafka.request.Cancellation;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.storage.health.StorageOutageException;
import dev.sanaq.worker.adapter.AdapterPreparer;
import dev.sanaq.worker.attempt.AttemptGate;
import dev.sanaq.worker.attempt.StartDecision;
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
 * Prefetches the next batch while the device runs the current one: takes it from the queue and
 * counts its attempts. {@link JobQueue} decides which jobs, and how many, form the batch. At most
 * one batch ahead, so that the choice is made as late as possible and a crash costs few attempts. A
 * quarantined job starts when no other job is active.
 */
public final class BatchPreparer implements Runnable {
  private final JobQueue queue;
  private final ActiveJobs activeJobs;
  private final AttemptGate attemptGate;
  private final AdapterPreparer adapters;
  private final JobCompleter completer;
  private final ExecutorService attemptPool;
  private final Semaphore preparePermit = new Semaphore(1);
  private final BlockingQueue<List<JobExecution>> readyBatches = new LinkedBlockingQueue<>();

  /**
   * @param attemptGate counts attempts
   * @param adapters gives jobs theirs
   * @param attemptPool runs the S3 calls: threads without uploads, so that the device does not wait
   *     for those
   */
  public BatchPreparer(
      JobQueue queue,
      ActiveJobs activeJobs,
      AttemptGate attemptGate,
      AdapterPreparer adapters,
      JobCompleter completer,
      ExecutorService attemptPool) {
    this.queue = queue;
    this.activeJobs = activeJobs;
    this.attemptGate = attemptGate;
    this.adapters = adapters;
    this.completer = completer;
    this.attemptPool = attemptPool;
  }

  /** The next batch; empty once there are no more. Blocks; the inference thread. */
  List<JobExecution> next() throws InterruptedException {
    return readyBatches.take();
  }

  /** The device is almost idle: the next batch may be prepared. Once for each batch. */
  void onDeviceAlmostIdle() {
    preparePermit.release();
  }

  /** Finishes the queued jobs with the cancellation's id. */
  public void finishCancelled(Cancellation cancellation) {
    for (JobExecution execution :
        queue.takeIf(queued -> queued.job().id().equals(cancellation.id()))) {
      // So marked, it is not started, even if many other cancellations are read meanwhile.
      execution.cancel(cancellation);
      attemptPool.execute(() -> tryStart(execution));
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
    List<JobExecution> taken = queue.takeBatch();
    if (taken.isEmpty()) {
      return false;
    }
    if (taken.get(0).isQuarantined()) {
      activeJobs.awaitOthers(taken.get(0));
    }
    List<JobExecution> batch = startAll(taken);
    if (batch.isEmpty()) {
      preparePermit.release();
    } else {
      readyBatches.add(batch);
    }
    return true;
  }

  private List<JobExecution> startAll(List<JobExecution> taken) {
    List<CompletableFuture<Boolean>> starts = new ArrayList<>();
    for (JobExecution execution : taken) {
      starts.add(CompletableFuture.supplyAsync(() -> tryStart(execution), attemptPool));
    }
    List<JobExecution> started = new ArrayList<>();
    for (int i = 0; i < taken.size(); i++) {
      if (starts.get(i).join()) {
        started.add(taken.get(i));
      }
    }
    return started;
  }

  /** Counts the job's attempt, or ends the job, or returns it to the queue. */
  private boolean tryStart(JobExecution execution) {
    try {
      StartDecision decision = attemptGate.tryStart(execution);
      if (decision instanceof StartDecision.Start start) {
        execution.setAttempt(start.attempt(), start.attemptCount());
        execution.requireFetchedAdapters();
        execution.setAdapters(adapters.acquire(execution.job(), execution::isAbandonRequested));
        return true;
      }
      if (decision instanceof StartDecision.Finish finish) {
        if (finish.stored()) {
          completer.publish(execution, finish.outcome());
        } else {
          completer.complete(execution, finish.outcome());
        }
      } else {
        quarantine(execution);
      }
    } catch (RetryAbortedException | StorageOutageException e) {
      completer.abandon(execution);
    } catch (RuntimeException e) {
      completer.complete(execution, ErrorMapper.toFailure(execution, e));
    }
    return false;
  }

  private void quarantine(JobExecution execution) {
    execution.quarantine();
    if (!queue.requeue(execution)) {
      completer.abandon(execution);
    }
  }
}

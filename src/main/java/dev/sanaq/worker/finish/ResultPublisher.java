package dev.sanaq.worker.finish;

import dev.sanaq.kafka.CurrentConsumer;
import dev.sanaq.retry.Pause;
import dev.sanaq.worker.finish.PendingResults.CompletedRecord;
import dev.sanaq.worker.observe.WorkerMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;

/**
 * Publishes results and commits offsets in one Kafka transaction, one transaction at a time. The
 * polling thread alone calls it.
 *
 * <pre>{@code
 *         start                   committed
 * Idle ------------> InTransaction ---------> Idle
 *                          |
 *        failed or unknown |
 *                          v   pause over, and the committed offsets were read from the broker
 *                      Unresolved ----------> Idle: what is not committed is among the FailedResults
 * }</pre>
 */
public final class ResultPublisher {
  private static final Logger LOG = Logger.getLogger(ResultPublisher.class);
  private static final int MAX_BATCH = 500;

  // Of dead letters, which may have 1 MB each. A transaction must be over in 15 s, the producer's
  // delivery timeout: this needs 300 KB/s, which a broker's quota for a producer should allow.
  private static final long MAX_BATCH_BYTES = 4 * 1024 * 1024;

  // A transaction costs the broker a marker in every partition that it touches, whatever its size:
  // under load there are few and large ones, and a single result does not wait.
  private static final Duration MIN_INTERVAL = Duration.ofMillis(10);

  /** A rebalance does not wait for more failed transactions. */
  private static final int MAX_FLUSH_FAILURES = 3;

  private final CurrentConsumer consumer;
  private final PartitionTrackers trackers;
  private final PendingResults pendingResults;
  private final FailedResults failedResults;
  private final TransactionRunner transactions;
  private final WorkerMetrics metrics;

  private State state = new State.Idle();
  private boolean retriesAreNext;
  private int failures;
  private long lastStartNanos = System.nanoTime() - MIN_INTERVAL.toNanos();

  /** The state, as the diagram has it. */
  private sealed interface State {
    record Idle() implements State {}

    record InTransaction(List<CompletedRecord> batch, Future<?> transaction) implements State {}

    /**
     * @param duration of the failed transaction
     * @param untilNanos by {@link System#nanoTime}
     */
    record Unresolved(
        List<CompletedRecord> batch, Throwable cause, Duration duration, long untilNanos)
        implements State {
      Unresolved until(long nanos) {
        return new Unresolved(batch, cause, duration, nanos);
      }
    }
  }

  public ResultPublisher(
      CurrentConsumer consumer,
      PartitionTrackers trackers,
      PendingResults pendingResults,
      FailedResults failedResults,
      TransactionRunner transactions,
      WorkerMetrics metrics) {
    this.consumer = consumer;
    this.trackers = trackers;
    this.pendingResults = pendingResults;
    this.failedResults = failedResults;
    this.transactions = transactions;
    this.metrics = metrics;
  }

  /** Whether no result waits to be published, except those that have failed for long. */
  public boolean isDrained() {
    return state instanceof State.Idle && pendingResults.isEmpty() && failedResults.isSettled();
  }

  /** Whether no more records should be read: the broker fails, or results fill their memory. */
  public boolean isBlocked() {
    return state instanceof State.Unresolved || pendingResults.isFull();
  }

  /** Completes the transaction that has ended and starts the next one; does not block on it. */
  public void publish() {
    if (state instanceof State.InTransaction running && running.transaction().isDone()) {
      complete(running);
    }
    if (System.nanoTime() - lastStartNanos >= MIN_INTERVAL.toNanos()) {
      startNextTransaction();
    }
  }

  /** Publishes all results that can be; blocks until then or until several tries have failed. */
  public void flush() {
    for (int failed = 0; failed < MAX_FLUSH_FAILURES; ) {
      startNextTransaction();
      if (state instanceof State.InTransaction running) {
        complete(running);
      } else if (state instanceof State.Unresolved unresolved) {
        failed++;
        Duration left = Duration.ofNanos(Math.max(0, unresolved.untilNanos() - System.nanoTime()));
        Pause.sleep(left.plusMillis(1)); // it sleeps whole milliseconds
      } else {
        return;
      }
    }
  }

  /** Partitions were revoked or lost: their results are not published any more. */
  public void onRevoked() {
    // A batch that is under way is dropped when it is over.
    if (state instanceof State.Idle) {
      pendingResults.release(failedResults.removeIf(r -> !trackers.isCurrentAssignment(r)));
    }
  }

  /** Completes the running transaction and closes the producers. */
  public void close() {
    try {
      if (state instanceof State.InTransaction running) {
        complete(running);
      }
    } finally {
      transactions.close();
    }
  }

  private void startNextTransaction() {
    if (state instanceof State.Unresolved unresolved
        && System.nanoTime() - unresolved.untilNanos() >= 0) {
      resolve(unresolved);
    }
    while (state instanceof State.Idle) {
      List<CompletedRecord> batch = nextBatch();
      if (batch.isEmpty()) {
        return;
      }
      List<CompletedRecord> current = dropRevoked(batch);
      if (!current.isEmpty()) {
        start(current);
      }
    }
  }

  // Failed results and others take turns.
  private List<CompletedRecord> nextBatch() {
    List<CompletedRecord> retries = failedResults.retryBatch(MAX_BATCH, MAX_BATCH_BYTES);
    List<CompletedRecord> others = List.of();
    while ((retries.isEmpty() || !retriesAreNext)
        && others.isEmpty()
        && !pendingResults.isEmpty()) {
      others =
          pendingResults.pollBatch(MAX_BATCH, MAX_BATCH_BYTES).stream()
              .filter(result -> !failedResults.addIfTopicFails(result))
              .toList();
    }
    retriesAreNext = !others.isEmpty();
    return others.isEmpty() ? retries : others;
  }

  private List<CompletedRecord> dropRevoked(List<CompletedRecord> batch) {
    List<CompletedRecord> revoked =
        batch.stream().filter(result -> !trackers.isCurrentAssignment(result)).toList();
    failedResults.remove(revoked);
    pendingResults.release(revoked);
    return batch.stream().filter(trackers::isCurrentAssignment).toList();
  }

  private void start(List<CompletedRecord> batch) {
    lastStartNanos = System.nanoTime();
    try {
      state =
          new State.InTransaction(batch, transactions.start(batch, consumer.get().groupMetadata()));
    } catch (RuntimeException e) {
      fail(batch, e);
    }
  }

  private void complete(State.InTransaction running) {
    try {
      running.transaction().get();
      failures = 0;
      failedResults.onPublished(running.batch());
      pendingResults.release(running.batch());
      state = new State.Idle();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      fail(running.batch(), Objects.requireNonNullElse(e.getCause(), e));
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void fail(List<CompletedRecord> batch, Throwable cause) {
    batch.forEach(result -> result.offsetTracker().reopen(result.offset()));
    metrics.countPublishRetry();
    Duration duration = Duration.ofNanos(System.nanoTime() - lastStartNanos);
    // Retries have their own pauses, in which other results are published.
    failures += failedResults.contains(batch.get(0)) ? 0 : 1;
    awaitResolution(new State.Unresolved(batch, cause, duration, 0), cause);
  }

  private void awaitResolution(State.Unresolved failed, Throwable latest) {
    retriesAreNext = false;
    Duration pause = failedResults.pause(Math.max(1, failures));
    LOG.warnf(
        "could not publish %d results; going on in %s: %s", failed.batch().size(), pause, latest);
    LOG.debug("the failure", latest);
    failedResults.onUnresolved(latest);
    state = failed.until(System.nanoTime() + pause.toNanos());
  }

  // The failed transaction may have been committed, and only the response was lost.
  private void resolve(State.Unresolved failed) {
    Set<CompletedRecord> committed;
    try {
      transactions.completePending();
      committed = trackers.findCommitted(failed.batch());
    } catch (RuntimeException e) {
      failures++;
      awaitResolution(failed, e);
      return;
    }
    committed.forEach(result -> result.offsetTracker().markDone(result.offset()));
    failedResults.onResolved();
    failedResults.onPublished(List.copyOf(committed));
    pendingResults.release(committed);
    List<CompletedRecord> open =
        failed.batch().stream().filter(result -> !committed.contains(result)).toList();
    pendingResults.putBack(failedResults.onFailure(open, failed.cause(), failed.duration()));
    state = new State.Idle();
  }
}

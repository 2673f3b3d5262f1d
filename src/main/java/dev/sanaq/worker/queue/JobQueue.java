package dev.sanaq.worker.queue;

import dev.sanaq.sana.BatchKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * Where accepted jobs wait for their turn. Jobs of equal shape leave together; of two with one id
 * the second waits until the first has ended. Any number of threads.
 */
public final class JobQueue {
  private final Duration priorityAging;
  private final int maxBatchSize;
  private final Duration batchLinger;
  private final ToIntFunction<BatchKey> maxBatchImages;
  private final TreeSet<QueuedJob> queued =
      new TreeSet<>(
          Comparator.comparing(QueuedJob::effectiveTime).thenComparingLong(QueuedJob::sequence));

  /** Ids of jobs that wait or are in work, each with the later ones of the same id. */
  private final Map<String, Deque<JobExecution>> waitingForSameId = new HashMap<>();

  private long nextSequence;
  private int heldBack;
  private boolean closed;

  /** With since when it waits, by {@link System#nanoTime}. */
  private record QueuedJob(
      Instant effectiveTime, long sequence, JobExecution execution, long enqueuedNanos) {}

  private record Batch(List<JobExecution> jobs, boolean full) {}

  /**
   * @param promotion after so much longer waiting a job goes before one of the class above
   * @param batchSize jobs that leave together at most
   * @param batchWait how long a job waits for others to fill its batch; one that has waited so long
   *     for the device does not wait again
   * @param maxBatchImages images of a shape that memory holds at once
   */
  public JobQueue(
      Duration promotion,
      int batchSize,
      Duration batchWait,
      ToIntFunction<BatchKey> maxBatchImages) {
    this.priorityAging = promotion;
    this.maxBatchSize = batchSize;
    this.batchLinger = batchWait;
    this.maxBatchImages = maxBatchImages;
  }

  /** A job comes to wait. */
  public synchronized void add(JobExecution ticket) {
    Deque<JobExecution> later = waitingForSameId.get(ticket.job().id());
    if (later != null) {
      later.add(ticket);
      heldBack++;
      return;
    }
    waitingForSameId.put(ticket.job().id(), new ArrayDeque<>());
    enqueue(ticket);
  }

  /** A job that had left comes back, before all that wait. */
  public synchronized void requeueFirst(JobExecution ticket) {
    enqueue(ticket);
  }

  /** A job has ended, or is not this worker's any more: the next one of its id may begin. */
  public synchronized void releaseId(JobExecution ticket) {
    Deque<JobExecution> later = waitingForSameId.get(ticket.job().id());
    if (later == null) {
      return;
    }
    JobExecution next = later.poll();
    if (next == null) {
      waitingForSameId.remove(ticket.job().id());
    } else {
      heldBack--;
      enqueue(next);
    }
  }

  /**
   * Takes those whose turn it is, waiting for them: one, and others of its shape; or one suspect.
   *
   * @return none once the desk is closed
   */
  public synchronized List<JobExecution> takeBatch() throws InterruptedException {
    while (queued.isEmpty() && !closed) {
      wait();
    }
    if (closed) {
      return List.of();
    }
    Batch batch = nextBatch();
    for (long left = remainingLinger();
        !closed && !batch.full() && left > 0;
        left = remainingLinger()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      batch = nextBatch();
    }
    List<JobExecution> taken = closed ? List.of() : batch.jobs();
    queued.removeIf(place -> taken.contains(place.execution()));
    return taken;
  }

  /** Takes out the waiting jobs that answer a question, parked ones too. */
  public synchronized List<JobExecution> removeIf(Predicate<JobExecution> which) {
    List<JobExecution> removed = new ArrayList<>();
    for (Deque<JobExecution> later : waitingForSameId.values()) {
      later.stream().filter(which).forEach(removed::add);
      later.removeIf(which);
    }
    heldBack -= removed.size();
    List<JobExecution> unparked = new ArrayList<>();
    for (Iterator<QueuedJob> all = queued.iterator(); all.hasNext(); ) {
      JobExecution ticket = all.next().execution();
      if (which.test(ticket)) {
        all.remove();
        unparked.add(ticket);
      }
    }
    unparked.forEach(this::releaseId);
    removed.addAll(unparked);
    return removed;
  }

  /** How many wait. */
  public synchronized int size() {
    return queued.size() + heldBack;
  }

  /** Nobody takes anything any more. */
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  private void enqueue(JobExecution ticket) {
    Instant turn =
        PriorityOrder.effectiveTime(ticket.job().priority(), ticket.received(), priorityAging);
    queued.add(new QueuedJob(turn, nextSequence++, ticket, System.nanoTime()));
    notifyAll();
  }

  // Whoever leads the batch now: while others were awaited it may have been taken back.
  private long remainingLinger() {
    return queued.isEmpty()
        ? 0
        : batchLinger.toNanos() - (System.nanoTime() - queued.first().enqueuedNanos());
  }

  /** What would leave now: the first of all, and those that can join it. */
  private Batch nextBatch() {
    List<JobExecution> tickets = new ArrayList<>();
    int room = 0;
    for (QueuedJob next : queued) {
      JobExecution ticket = next.execution();
      if (tickets.isEmpty()) {
        tickets.add(ticket);
        room = maxBatchImages.applyAsInt(ticket.batchKey()) - ticket.job().count();
      } else if (canJoin(ticket, tickets.get(0)) && ticket.job().count() <= room) {
        tickets.add(ticket);
        room -= ticket.job().count();
      }
      if (isFull(tickets, room)) {
        return new Batch(tickets, true);
      }
    }
    return new Batch(tickets, tickets.isEmpty());
  }

  private boolean isFull(List<JobExecution> tickets, int room) {
    return tickets.get(0).isQuarantined() || tickets.size() >= maxBatchSize || room <= 0;
  }

  private static boolean canJoin(JobExecution ticket, JobExecution first) {
    return !ticket.isQuarantined() && ticket.batchKey().equals(first.batchKey());
  }
}

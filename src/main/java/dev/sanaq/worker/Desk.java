package dev.sanaq.worker;

import dev.sanaq.sana.Shape;
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
final class Desk {
  private final Duration promotion;
  private final int batchSize;
  private final Duration batchWait;
  private final ToIntFunction<Shape> picturesTogether;
  private final TreeSet<Waiting> waiting =
      new TreeSet<>(Comparator.comparing(Waiting::turn).thenComparingLong(Waiting::number));

  /** Ids of jobs that wait or are in work, each with the later ones of the same id. */
  private final Map<String, Deque<Ticket>> behind = new HashMap<>();

  private long numbers;
  private int parked;
  private boolean closed;

  /** With since when it waits, by {@link System#nanoTime}. */
  private record Waiting(Instant turn, long number, Ticket ticket, long since) {}

  private record Batch(List<Ticket> tickets, boolean full) {}

  /**
   * @param promotion after so much longer waiting a job goes before one of the class above
   * @param batchSize jobs that leave together at most
   * @param batchWait how long a job waits for others to fill its batch; one that has waited so long
   *     for the device does not wait again
   * @param picturesTogether pictures of a shape that memory holds at once
   */
  Desk(
      Duration promotion,
      int batchSize,
      Duration batchWait,
      ToIntFunction<Shape> picturesTogether) {
    this.promotion = promotion;
    this.batchSize = batchSize;
    this.batchWait = batchWait;
    this.picturesTogether = picturesTogether;
  }

  /** A job comes to wait. */
  synchronized void add(Ticket ticket) {
    Deque<Ticket> later = behind.get(ticket.job().id());
    if (later != null) {
      later.add(ticket);
      parked++;
      return;
    }
    behind.put(ticket.job().id(), new ArrayDeque<>());
    enqueue(ticket);
  }

  /** A job that had left comes back, before all that wait. */
  synchronized void putBack(Ticket ticket) {
    enqueue(ticket);
  }

  /** A job has ended, or is not this worker's any more: the next one of its id may begin. */
  synchronized void ended(Ticket ticket) {
    Deque<Ticket> later = behind.get(ticket.job().id());
    if (later == null) {
      return;
    }
    Ticket next = later.poll();
    if (next == null) {
      behind.remove(ticket.job().id());
    } else {
      parked--;
      enqueue(next);
    }
  }

  /**
   * Takes those whose turn it is, waiting for them: one, and others of its shape; or one suspect.
   *
   * @return none once the desk is closed
   */
  synchronized List<Ticket> take() throws InterruptedException {
    while (waiting.isEmpty() && !closed) {
      wait();
    }
    if (closed) {
      return List.of();
    }
    Batch batch = batch();
    for (long left = patience(); !closed && !batch.full() && left > 0; left = patience()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      batch = batch();
    }
    List<Ticket> taken = closed ? List.of() : batch.tickets();
    waiting.removeIf(place -> taken.contains(place.ticket()));
    return taken;
  }

  /** Takes out the waiting jobs that answer a question, parked ones too. */
  synchronized List<Ticket> remove(Predicate<Ticket> which) {
    List<Ticket> removed = new ArrayList<>();
    for (Deque<Ticket> later : behind.values()) {
      later.stream().filter(which).forEach(removed::add);
      later.removeIf(which);
    }
    parked -= removed.size();
    List<Ticket> unparked = new ArrayList<>();
    for (Iterator<Waiting> all = waiting.iterator(); all.hasNext(); ) {
      Ticket ticket = all.next().ticket();
      if (which.test(ticket)) {
        all.remove();
        unparked.add(ticket);
      }
    }
    unparked.forEach(this::ended);
    removed.addAll(unparked);
    return removed;
  }

  /** How many wait. */
  synchronized int size() {
    return waiting.size() + parked;
  }

  /** Nobody takes anything any more. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  private void enqueue(Ticket ticket) {
    Instant turn = Priority.turn(ticket.job().priority(), ticket.received(), promotion);
    waiting.add(new Waiting(turn, numbers++, ticket, System.nanoTime()));
    notifyAll();
  }

  // Whoever leads the batch now: while others were awaited it may have been taken back.
  private long patience() {
    return waiting.isEmpty()
        ? 0
        : batchWait.toNanos() - (System.nanoTime() - waiting.first().since());
  }

  /** What would leave now: the first of all, and those that can join it. */
  private Batch batch() {
    List<Ticket> tickets = new ArrayList<>();
    int room = 0;
    for (Waiting next : waiting) {
      Ticket ticket = next.ticket();
      if (tickets.isEmpty()) {
        tickets.add(ticket);
        room = picturesTogether.applyAsInt(ticket.shape()) - ticket.job().count();
      } else if (joins(ticket, tickets.get(0)) && ticket.job().count() <= room) {
        tickets.add(ticket);
        room -= ticket.job().count();
      }
      if (isFull(tickets, room)) {
        return new Batch(tickets, true);
      }
    }
    return new Batch(tickets, tickets.isEmpty());
  }

  private boolean isFull(List<Ticket> tickets, int room) {
    return tickets.get(0).isSuspect() || tickets.size() >= batchSize || room <= 0;
  }

  private static boolean joins(Ticket ticket, Ticket first) {
    return !ticket.isSuspect() && ticket.shape().equals(first.shape());
  }
}

package dev.sanaq.worker;

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
final class Preparer implements Runnable {
  private final Desk desk;
  private final Claims claims;
  private final InFlight inFlight;
  private final Endings endings;
  private final ExecutorService io;
  private final Semaphore mayPrepare = new Semaphore(1);
  private final BlockingQueue<List<Work>> ready = new LinkedBlockingQueue<>();

  /**
   * @param io where calls to the storage are made: threads that no upload keeps, lest the device
   *     wait for those
   */
  Preparer(Desk desk, Claims claims, InFlight inFlight, Endings endings, ExecutorService io) {
    this.desk = desk;
    this.claims = claims;
    this.inFlight = inFlight;
    this.endings = endings;
    this.io = io;
  }

  /** The next batch, empty once there will be none. Waits; the drawing thread's to call. */
  List<Work> next() throws InterruptedException {
    return ready.take();
  }

  /** The device is nearly free: the next batch may be made ready. Once a batch. */
  void nearlyFree() {
    mayPrepare.release();
  }

  /**
   * Brings jobs to their end that need no drawing, since they were taken back while they waited.
   */
  void conclude(List<Ticket> tickets) {
    for (Ticket ticket : tickets) {
      inFlight.add(ticket);
      io.execute(() -> claim(ticket));
    }
  }

  @Override
  public void run() {
    try {
      while (prepare()) {
        continue;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ready.add(List.of());
  }

  private boolean prepare() throws InterruptedException {
    mayPrepare.acquire();
    List<Ticket> tickets = desk.take();
    if (tickets.isEmpty()) {
      return false;
    }
    if (tickets.get(0).isSuspect()) {
      inFlight.awaitNone();
    }
    List<Work> batch = claimAll(tickets);
    if (batch.isEmpty()) {
      mayPrepare.release();
    } else {
      ready.add(batch);
    }
    return true;
  }

  private List<Work> claimAll(List<Ticket> tickets) {
    List<CompletableFuture<List<Work>>> claims = new ArrayList<>();
    for (Ticket ticket : tickets) {
      inFlight.add(ticket);
      claims.add(CompletableFuture.supplyAsync(() -> claim(ticket), io));
    }
    List<Work> batch = new ArrayList<>();
    claims.forEach(claim -> batch.addAll(claim.join()));
    return batch;
  }

  private List<Work> claim(Ticket ticket) {
    try {
      Claim claim = claims.claim(ticket);
      if (claim instanceof Claim.Begun begun) {
        return List.of(new Work(ticket, begun.attempt(), begun.tries()));
      }
      if (claim instanceof Claim.Over over) {
        endings.end(ticket, over.outcome());
      } else {
        ticket.suspect();
        inFlight.remove(ticket);
        desk.putBack(ticket);
      }
    } catch (AbandonedException | OutageException e) {
      endings.giveUp(ticket);
    } catch (RuntimeException e) {
      endings.end(ticket, Failures.of(ticket.job(), e, 0));
    }
    return List.of();
  }
}

package dev.sanaq.worker;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/** The jobs that were begun and have not ended. Any number of threads. */
final class InFlight {
  private final Set<Ticket> tickets = new HashSet<>();

  synchronized void add(Ticket ticket) {
    tickets.add(ticket);
  }

  synchronized void remove(Ticket ticket) {
    tickets.remove(ticket);
    notifyAll();
  }

  synchronized boolean any(Predicate<Ticket> which) {
    return tickets.stream().anyMatch(which);
  }

  synchronized int size() {
    return tickets.size();
  }

  /** Lets the work on them end at its next step, unpublished. */
  synchronized void abandon(Predicate<Ticket> which) {
    tickets.stream().filter(which).forEach(Ticket::abandon);
  }

  synchronized void awaitNone() throws InterruptedException {
    while (!tickets.isEmpty()) {
      wait();
    }
  }
}

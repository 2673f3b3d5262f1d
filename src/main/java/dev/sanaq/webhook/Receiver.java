package dev.sanaq.webhook;

import java.time.Instant;
import java.util.Optional;
import java.util.TreeSet;

/** One host and port, what waits for it, and how it did lately. One thread. */
final class Receiver {
  private final TreeSet<Entry> waiting = new TreeSet<>(Entry.BY_TIME);
  private int inFlight;
  private boolean failing;

  void add(Entry entry) {
    waiting.add(entry);
  }

  void remove(Entry entry) {
    waiting.remove(entry);
  }

  /** What is due first, where it is due by then. */
  Optional<Entry> next(Instant now) {
    return waiting.isEmpty() || waiting.first().due().isAfter(now)
        ? Optional.empty()
        : Optional.of(waiting.first());
  }

  void attemptBegan() {
    inFlight++;
  }

  void attemptEnded(boolean failed) {
    inFlight--;
    failing = failed;
  }

  int inFlight() {
    return inFlight;
  }

  /** Whether its last attempt failed. */
  boolean failing() {
    return failing;
  }

  boolean idle() {
    return waiting.isEmpty() && inFlight == 0;
  }
}

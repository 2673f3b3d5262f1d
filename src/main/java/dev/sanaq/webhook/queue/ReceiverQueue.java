package dev.sanaq.webhook.queue;

import java.time.Instant;
import java.util.Optional;
import java.util.TreeSet;

/** One host and port, what waits for it, and how it did lately. One thread. */
public final class ReceiverQueue {
  private final TreeSet<DeliveryIndexEntry> waiting = new TreeSet<>(DeliveryIndexEntry.BY_DUE);
  private int inFlight;
  private boolean failing;

  void add(DeliveryIndexEntry entry) {
    waiting.add(entry);
  }

  void remove(DeliveryIndexEntry entry) {
    waiting.remove(entry);
  }

  /** What is due first, where it is due by then. */
  Optional<DeliveryIndexEntry> nextDue(Instant now) {
    return waiting.isEmpty() || waiting.first().due().isAfter(now)
        ? Optional.empty()
        : Optional.of(waiting.first());
  }

  void attemptStarted() {
    inFlight++;
  }

  void attemptCompleted(boolean failed) {
    inFlight--;
    failing = failed;
  }

  public int inFlight() {
    return inFlight;
  }

  /** Whether its last attempt failed. */
  public boolean isFailing() {
    return failing;
  }

  boolean isIdle() {
    return waiting.isEmpty() && inFlight == 0;
  }
}

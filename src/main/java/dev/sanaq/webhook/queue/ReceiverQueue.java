package dev.sanaq.webhook.queue;

import java.time.Instant;
import java.util.Optional;
import java.util.TreeSet;

/** The due deliveries of one host and port, and whether its last attempt failed. One thread. */
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

  /** The delivery that is due first; empty if none is due. */
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

  /** The number of running attempts. */
  public int inFlight() {
    return inFlight;
  }

  /** Whether the receiver's last attempt failed. */
  public boolean isFailing() {
    return failing;
  }

  boolean isIdle() {
    return waiting.isEmpty() && inFlight == 0;
  }
}

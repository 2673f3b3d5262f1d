package dev.sanaq.worker.attempt;

import dev.sanaq.kafka.request.Cancellation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The cancellations of the retention, by the time at which they were sent: a worker that has run
 * for long knows the same ones as a worker that has just read them. Past the limit the one that was
 * read first is forgotten, and its job runs. A cancellation may arrive before its job. Any number
 * of threads.
 */
public final class CancellationRegistry {
  private final Duration retention;
  private final int maxEntries;
  private final Clock clock;
  private final Map<String, Cancellation> cancellations = new LinkedHashMap<>();

  /**
   * @param retention the age at which a cancellation is forgotten
   * @param maxEntries cancellations to keep
   */
  public CancellationRegistry(Duration retention, int maxEntries, Clock clock) {
    this.retention = retention;
    this.maxEntries = maxEntries;
    this.clock = clock;
  }

  /** Adds a cancellation, unless a later one of the same job is known. */
  public synchronized void put(Cancellation cancellation) {
    Cancellation known = cancellations.get(cancellation.id());
    if (known == null || !known.sentAt().isAfter(cancellation.sentAt())) {
      cancellations.remove(cancellation.id());
      cancellations.put(cancellation.id(), cancellation);
    }
    removeOldest();
  }

  /** The latest cancellation of the job with that id. */
  synchronized Optional<Cancellation> find(String id) {
    return Optional.ofNullable(cancellations.get(id)).filter(this::isRetained);
  }

  private boolean isRetained(Cancellation cancellation) {
    Instant now = clock.instant();
    return cancellation.sentAt().isAfter(now.minus(retention));
  }

  private void removeOldest() {
    Iterator<Cancellation> oldest = cancellations.values().iterator();
    while (oldest.hasNext() && (!isRetained(oldest.next()) || cancellations.size() > maxEntries)) {
      oldest.remove();
    }
  }
}

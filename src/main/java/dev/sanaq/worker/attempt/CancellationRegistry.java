package dev.sanaq.worker.attempt;

import dev.sanaq.collection.LruMap;
import dev.sanaq.kafka.request.Cancellation;
import java.util.Optional;

/**
 * The cancellations that this worker has read; past the limit the least recently used is forgotten.
 * A cancellation may arrive before its job. Any number of threads.
 */
public final class CancellationRegistry {
  private final LruMap<String, Cancellation> cancellations;

  /**
   * @param maxEntries cancellations to keep
   */
  public CancellationRegistry(int maxEntries) {
    this.cancellations = new LruMap<>(maxEntries);
  }

  public void put(Cancellation cancellation) {
    cancellations.putIfAbsent(cancellation.id(), cancellation);
  }

  /** The first cancellation of the job with that id. */
  Optional<Cancellation> find(String id) {
    return cancellations.get(id);
  }
}

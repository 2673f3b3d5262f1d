package dev.sanaq.worker.attempt;

import dev.sanaq.kafka.request.Cancellation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The jobs that were taken back, the oldest forgotten first. A cancellation may come before the job
 * that it is for. Any number of threads.
 */
public final class CancellationRegistry {
  private final Map<String, Cancellation> cancellations;

  /**
   * @param most how many are remembered
   */
  public CancellationRegistry(int most) {
    this.cancellations =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Cancellation> eldest) {
            return size() > most;
          }
        };
  }

  public synchronized void put(Cancellation cancellation) {
    cancellations.putIfAbsent(cancellation.id(), cancellation);
  }

  /** Whether somebody took the job of that id back. */
  synchronized Optional<Cancellation> find(String id) {
    return Optional.ofNullable(cancellations.get(id));
  }
}

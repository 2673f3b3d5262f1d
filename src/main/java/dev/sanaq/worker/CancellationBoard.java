package dev.sanaq.worker;

import dev.sanaq.intake.Cancellation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The jobs that were taken back, the oldest forgotten first. A cancellation may come before the job
 * that it is for. Any number of threads.
 */
final class CancellationBoard {
  private final Map<String, Cancellation> known;

  /**
   * @param most how many are remembered
   */
  CancellationBoard(int most) {
    this.known =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Cancellation> eldest) {
            return size() > most;
          }
        };
  }

  synchronized void put(Cancellation cancellation) {
    known.putIfAbsent(cancellation.id(), cancellation);
  }

  /** Whether somebody took the job of that id back. */
  synchronized Optional<Cancellation> find(String id) {
    return Optional.ofNullable(known.get(id));
  }
}

package dev.sanaq.estimate;

import dev.sanaq.collection.LruMap;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Estimates durations from measured ones: the median of the latest seconds per unit of work of each
 * key, so that no single measurement decides, however far it is off. Keeps the most recently used
 * keys. Any number of threads.
 *
 * @param <K> what the duration of a unit depends on; a type with {@code equals} and {@code
 *     hashCode}
 */
public final class ThroughputEstimator<K> {
  /** So many measurements of a key count: after half of them, a lasting change is followed. */
  static final int WINDOW = 31;

  private final int minMeasurements;
  private final LruMap<K, Measurements> secondsPerUnit;

  /**
   * @param minMeasurements a key has no estimate before so many measurements, 1 to 31
   * @param maxKeys how many keys are kept
   */
  public ThroughputEstimator(int minMeasurements, int maxKeys) {
    this.minMeasurements = minMeasurements;
    this.secondsPerUnit = new LruMap<>(maxKeys);
  }

  /**
   * Adds a measurement.
   *
   * @param units how much work was done in that time, above 0
   */
  public void recordMeasurement(K key, double units, double seconds) {
    secondsPerUnit.merge(key, Measurements.of(List.of(seconds / units)), Measurements::plus);
  }

  /** The seconds that so many units take; empty for a key with too few measurements. */
  public OptionalDouble estimateSeconds(K key, double units) {
    return secondsPerUnit
        .get(key)
        .filter(measured -> measured.latest().size() >= minMeasurements)
        .map(measured -> OptionalDouble.of(measured.median() * units))
        .orElseGet(OptionalDouble::empty);
  }

  /**
   * The latest measurements of a key, oldest first, and their median: of two middle values the
   * lower, because a first measurement is often slow and never quick.
   */
  private record Measurements(List<Double> latest, double median) {
    static Measurements of(List<Double> latest) {
      List<Double> sorted = latest.stream().sorted().toList();
      return new Measurements(latest, sorted.get((sorted.size() - 1) / 2));
    }

    Measurements plus(Measurements newer) {
      List<Double> all = new ArrayList<>(latest);
      all.addAll(newer.latest());
      return of(List.copyOf(all.subList(Math.max(0, all.size() - WINDOW), all.size())));
    }
  }
}

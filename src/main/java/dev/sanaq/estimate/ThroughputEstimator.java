package dev.sanaq.estimate;

import dev.sanaq.collection.LruMap;
import java.util.OptionalDouble;

/**
 * Estimates durations from measured ones: an exponentially weighted moving average (EWMA) of
 * seconds per unit of work for each key. Keeps the most recently used keys. Any number of threads.
 *
 * @param <K> what the duration of a unit depends on; a type with {@code equals} and {@code
 *     hashCode}
 */
public final class ThroughputEstimator<K> {
  private final double newestWeight;
  private final LruMap<K, Double> secondsPerUnit;

  /**
   * @param newestWeight the weight of the newest measurement in the average, above 0 and at most 1
   * @param maxKeys how many keys are kept
   */
  public ThroughputEstimator(double newestWeight, int maxKeys) {
    this.newestWeight = newestWeight;
    this.secondsPerUnit = new LruMap<>(maxKeys);
  }

  /**
   * Adds a measurement. The first of a key is taken as it is.
   *
   * @param units how much work was done in that time, above 0
   */
  public void recordMeasurement(K key, double units, double seconds) {
    secondsPerUnit.merge(key, seconds / units, this::movingAverage);
  }

  /** The seconds that so many units take; empty for a key without a measurement. */
  public OptionalDouble estimateSeconds(K key, double units) {
    return secondsPerUnit
        .get(key)
        .map(seconds -> OptionalDouble.of(seconds * units))
        .orElseGet(OptionalDouble::empty);
  }

  private double movingAverage(double average, double newest) {
    return average + newestWeight * (newest - average);
  }
}

package dev.sanaq.estimate;

import dev.sanaq.sana.BatchKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How long an image of a shape takes here, as measured: recent images count more. Any number of
 * threads.
 */
public final class ThroughputEstimator {
  private static final int MAX_ENTRIES = 500;
  private static final double EMA_WEIGHT = 0.3;

  private final Map<BatchKey, Double> secondsPerImage =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<BatchKey, Double> eldest) {
          return size() > MAX_ENTRIES;
        }
      };

  /** Images of a shape were drawn together in that time. */
  public synchronized void recordMeasurement(BatchKey shape, int images, Duration time) {
    double seconds = time.toNanos() / 1e9 / Math.max(1, images);
    secondsPerImage.merge(shape, seconds, (old, now) -> old + EMA_WEIGHT * (now - old));
  }

  /** What so many images will take; nothing where none of the shape was drawn yet. */
  public synchronized Optional<Duration> estimate(BatchKey shape, int images) {
    return Optional.ofNullable(secondsPerImage.get(shape))
        .map(seconds -> Duration.ofNanos((long) (seconds * images * 1e9)));
  }
}

package dev.sanaq.worker;

import dev.sanaq.sana.Shape;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How long a picture of a shape takes here, as measured: recent pictures count more. Any number of
 * threads.
 */
final class Rates {
  private static final int MOST = 500;
  private static final double WEIGHT = 0.3;

  private final Map<Shape, Double> secondsAPicture =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Shape, Double> eldest) {
          return size() > MOST;
        }
      };

  /** Pictures of a shape were drawn together in that time. */
  synchronized void measured(Shape shape, int pictures, Duration time) {
    double seconds = time.toNanos() / 1e9 / Math.max(1, pictures);
    secondsAPicture.merge(shape, seconds, (old, now) -> old + WEIGHT * (now - old));
  }

  /** What so many pictures will take; nothing where none of the shape was drawn yet. */
  synchronized Optional<Duration> estimate(Shape shape, int pictures) {
    return Optional.ofNullable(secondsAPicture.get(shape))
        .map(seconds -> Duration.ofNanos((long) (seconds * pictures * 1e9)));
  }
}

package dev.sanaq.gateway;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long pictures take, as completed jobs have shown: by shape, and for shapes not seen yet by
 * megapixels and steps. Recent jobs count more. Not for several threads at once.
 */
final class Rates {
  private static final double WEIGHT = 0.2;
  private static final int MOST_SHAPES = 1000;

  private final Map<Work, Double> secondsByShape =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Work, Double> eldest) {
          return size() > MOST_SHAPES;
        }
      };
  private double secondsPerUnit;
  private boolean measured;

  /**
   * @param secondsPerUnit what to reckon with until a job has shown better
   */
  Rates(double secondsPerUnit) {
    this.secondsPerUnit = secondsPerUnit;
  }

  /** A job has taken so long. */
  void observe(Work work, double seconds) {
    if (work.units() <= 0 || !(seconds > 0) || seconds > Integer.MAX_VALUE) {
      return;
    }
    secondsByShape.merge(work.single(), seconds / work.count(), Rates::mean);
    double unit = seconds / work.units();
    secondsPerUnit = measured ? mean(secondsPerUnit, unit) : unit;
    measured = true;
  }

  /** How long a job will take. */
  double seconds(Work work) {
    Double picture = secondsByShape.get(work.single());
    return picture == null ? work.units() * secondsPerUnit : picture * work.count();
  }

  private static double mean(double before, double now) {
    return before + WEIGHT * (now - before);
  }
}

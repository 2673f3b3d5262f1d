package dev.sanaq.gateway.backlog;

import dev.sanaq.gateway.view.JobCost;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long images take, as completed jobs have shown: by shape, and for shapes not seen yet by
 * megapixels and steps. Recent jobs count more. Not for several threads at once.
 */
final class ThroughputEstimator {
  private static final double EMA_WEIGHT = 0.2;
  private static final int MAX_ENTRIES = 1000;

  private final Map<JobCost, Double> secondsPerImage =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<JobCost, Double> eldest) {
          return size() > MAX_ENTRIES;
        }
      };
  private double secondsPerMegapixelStep;
  private boolean measured;

  /**
   * @param secondsPerUnit what to reckon with until a job has shown better
   */
  ThroughputEstimator(double secondsPerUnit) {
    this.secondsPerMegapixelStep = secondsPerUnit;
  }

  /** A job has taken so long. */
  void observe(JobCost work, double seconds) {
    if (work.megapixelSteps() <= 0 || !(seconds > 0) || seconds > Integer.MAX_VALUE) {
      return;
    }
    secondsPerImage.merge(
        work.perImage(), seconds / work.count(), ThroughputEstimator::movingAverage);
    double unit = seconds / work.megapixelSteps();
    secondsPerMegapixelStep = measured ? movingAverage(secondsPerMegapixelStep, unit) : unit;
    measured = true;
  }

  /** How long a job will take. */
  double estimateSeconds(JobCost work) {
    Double image = secondsPerImage.get(work.perImage());
    return image == null ? work.megapixelSteps() * secondsPerMegapixelStep : image * work.count();
  }

  private static double movingAverage(double before, double now) {
    return before + EMA_WEIGHT * (now - before);
  }
}

package dev.sanaq.gateway.backlog;

import dev.sanaq.estimate.ThroughputEstimator;
import dev.sanaq.gateway.view.JobCost;

/**
 * Estimates how long a job keeps the device busy, from completed jobs: by image size and steps, or
 * by megapixels and steps where no such job has completed yet. Recent jobs count more. Any number
 * of threads.
 */
final class JobDurationEstimator {
  private static final double NEWEST_WEIGHT = 0.2;
  private static final int MAX_IMAGE_COSTS = 1000;

  private final double defaultSecondsPerMegapixelStep;
  private final ThroughputEstimator<JobCost> byImageCost =
      new ThroughputEstimator<>(NEWEST_WEIGHT, MAX_IMAGE_COSTS);
  private final ThroughputEstimator<String> overall = new ThroughputEstimator<>(NEWEST_WEIGHT, 1);

  /**
   * @param defaultSecondsPerMegapixelStep used until the first job has completed
   */
  JobDurationEstimator(double defaultSecondsPerMegapixelStep) {
    this.defaultSecondsPerMegapixelStep = defaultSecondsPerMegapixelStep;
  }

  /** Adds the measured device time of a completed job; ignores impossible numbers. */
  void recordMeasurement(JobCost cost, double seconds) {
    if (cost.megapixelSteps() <= 0 || !(seconds > 0) || seconds > Integer.MAX_VALUE) {
      return;
    }
    byImageCost.recordMeasurement(cost.perImage(), cost.count(), seconds);
    overall.recordMeasurement("", cost.megapixelSteps(), seconds);
  }

  /** The job's expected device time in seconds. */
  double estimateSeconds(JobCost cost) {
    return byImageCost
        .estimateSeconds(cost.perImage(), cost.count())
        .orElseGet(
            () ->
                overall
                    .estimateSeconds("", cost.megapixelSteps())
                    .orElse(cost.megapixelSteps() * defaultSecondsPerMegapixelStep));
  }
}

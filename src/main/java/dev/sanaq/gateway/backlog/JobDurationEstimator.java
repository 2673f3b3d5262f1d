package dev.sanaq.gateway.backlog;

import dev.sanaq.estimate.ThroughputEstimator;
import dev.sanaq.gateway.view.JobCost;
import dev.sanaq.gateway.view.ServedModel;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * Estimates how long a job keeps the device busy, from completed jobs: from those with the same
 * size and steps, or from all where too few of these have completed. Any number of threads.
 */
final class JobDurationEstimator {
  private static final int MAX_IMAGE_COSTS = 1000;
  private static final int MAX_MODELS = 100;

  /** Fewer jobs of one cost say less than all jobs together. */
  private static final int MIN_SAME_COST = 3;

  /** Text encoder and decoder take about as long as so many steps, whatever the size. */
  private static final int EXTRA_STEPS = 4;

  /** A step takes as long as one of so many more megapixels: its overhead, whatever the size. */
  private static final double EXTRA_MEGAPIXELS = 0.1;

  private static final double MAX_SECONDS = 86_400;

  private final ToDoubleFunction<String> defaultSecondsPerMegapixelStep;
  private final ThroughputEstimator<JobCost> byImageCost =
      new ThroughputEstimator<>(MIN_SAME_COST, MAX_IMAGE_COSTS);

  /**
   * By model and resolution binning: with it every image has the model's size, and the measurement
   * is per step; without it, per step and size. So no measurement depends on what is known of the
   * model when it is read.
   */
  private final ThroughputEstimator<Binning> byBinning =
      new ThroughputEstimator<>(1, 2 * MAX_MODELS);

  private record Binning(String model, boolean isOn) {}

  /**
   * @param defaultSecondsPerMegapixelStep by the model of a cost, used until the first job of the
   *     model has completed
   */
  JobDurationEstimator(ToDoubleFunction<String> defaultSecondsPerMegapixelStep) {
    this.defaultSecondsPerMegapixelStep = defaultSecondsPerMegapixelStep;
  }

  /**
   * Adds the measured device time of a completed job; ignores impossible numbers, and a cost
   * without values: an event that was too large has no request.
   */
  void recordMeasurement(JobCost cost, double seconds) {
    if (cost.steps() <= 0 || cost.count() <= 0 || !(seconds > 0) || seconds > MAX_SECONDS) {
      return;
    }
    byImageCost.recordMeasurement(cost.perImage(), cost.workImages(EXTRA_STEPS), seconds);
    double size = cost.resolutionBinning() ? 1 : size(cost.requestedMegapixels());
    byBinning.recordMeasurement(
        new Binning(cost.model(), cost.resolutionBinning()), steps(cost) * size, seconds);
  }

  /**
   * The job's expected device time in seconds.
   *
   * @param model generates it
   */
  double estimateSeconds(JobCost requested, ServedModel model) {
    JobCost cost = requested.withDefaults(model);
    return byImageCost
        .estimateSeconds(cost.perImage(), cost.workImages(EXTRA_STEPS))
        .orElseGet(() -> steps(cost) * size(cost.generatedMegapixels(model)) * rate(cost, model));
  }

  /** Seconds of a step of size 1. */
  private double rate(JobCost cost, ServedModel model) {
    OptionalDouble binned =
        byBinning.estimateSeconds(new Binning(cost.model(), true), 1 / size(model.megapixels()));
    OptionalDouble exact = byBinning.estimateSeconds(new Binning(cost.model(), false), 1);
    OptionalDouble same = cost.resolutionBinning() ? binned : exact;
    OptionalDouble other = cost.resolutionBinning() ? exact : binned;
    return same.orElseGet(
        () -> other.orElseGet(() -> defaultSecondsPerMegapixelStep.applyAsDouble(cost.model())));
  }

  private static double steps(JobCost cost) {
    return cost.workImages(EXTRA_STEPS) * (cost.steps() + EXTRA_STEPS);
  }

  private static double size(double megapixels) {
    return megapixels + EXTRA_MEGAPIXELS;
  }
}

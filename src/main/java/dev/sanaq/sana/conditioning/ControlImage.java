package dev.sanaq.sana.conditioning;

import dev.sanaq.image.RgbImage;
import dev.sanaq.image.preprocess.ControlPreprocessor;
import dev.sanaq.sana.solver.GuidanceInterval;
import java.util.Optional;

/**
 * The input image of a ControlNet (arXiv 2302.05543; diffusers {@code SanaControlNetPipeline}). Of
 * any size: it is resized to the generated size without keeping its aspect ratio.
 *
 * @param controlNet the ControlNet's name; empty for the model's only one
 * @param image what the ControlNet was trained on, such as edges
 * @param conditioningScale multiplies the ControlNet's outputs
 * @param interval the steps in which it acts, as fractions of all steps (diffusers: {@code
 *     control_guidance_start} and {@code control_guidance_end})
 * @param preprocessor makes the input from the resized image; without it the image is the input
 */
public record ControlImage(
    String controlNet,
    RgbImage image,
    double conditioningScale,
    GuidanceInterval interval,
    Optional<ControlPreprocessor> preprocessor) {
  /** Without a preprocessor. */
  public ControlImage(
      String controlNet, RgbImage image, double conditioningScale, GuidanceInterval interval) {
    this(controlNet, image, conditioningScale, interval, Optional.empty());
  }

  public ControlImage {
    if (!Float.isFinite((float) conditioningScale)) {
      throw new IllegalArgumentException(
          "conditioning scale %s: must be a finite number".formatted(conditioningScale));
    }
  }

  /**
   * The scale in a step: 0 outside of the interval.
   *
   * @param step from 0
   * @param steps that run
   */
  public double scaleAt(int step, int steps) {
    boolean acts =
        (double) step / steps >= interval.start() && (step + 1.0) / steps <= interval.stop();
    return acts ? conditioningScale : 0;
  }
}

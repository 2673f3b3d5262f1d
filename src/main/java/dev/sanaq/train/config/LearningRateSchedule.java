package dev.sanaq.train.config;

/**
 * The learning rate over a phase.
 *
 * @param peak rate after the warm-up, above 0
 * @param end rate at the last step of the phase
 * @param decay how the rate goes from {@code peak} to {@code end}
 * @param warmupSteps steps over which the rate rises linearly to {@code peak}
 */
public record LearningRateSchedule(double peak, double end, Decay decay, int warmupSteps) {
  /** The shape of the decay. */
  public enum Decay {
    CONSTANT,
    LINEAR,
    COSINE
  }

  /**
   * The rate at a step.
   *
   * @param step step within the phase, from 0
   * @param steps number of steps of the phase
   */
  public double at(long step, long steps) {
    if (step < warmupSteps) {
      return peak * (step + 1) / warmupSteps;
    }
    double progress = (double) (step - warmupSteps) / Math.max(1, steps - warmupSteps);
    return switch (decay) {
      case CONSTANT -> peak;
      case LINEAR -> peak + (end - peak) * progress;
      case COSINE -> end + (peak - end) * (1 + Math.cos(Math.PI * progress)) / 2;
    };
  }
}

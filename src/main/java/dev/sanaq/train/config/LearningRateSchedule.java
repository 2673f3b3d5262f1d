package dev.sanaq.train.config;

/**
 * A learning rate over a phase.
 *
 * @param peak after the warm-up, above 0
 * @param end at the phase's last step
 * @param decay the way from one to the other
 * @param warmupSteps steps over which it rises linearly to {@code start}
 */
public record LearningRateSchedule(double peak, double end, Decay decay, int warmupSteps) {
  /** How a rate changes. */
  public enum Decay {
    CONSTANT,
    LINEAR,
    COSINE
  }

  /**
   * The rate of a step.
   *
   * @param step of the phase, from 0
   * @param steps of the phase
   */
  public double at(long step, long steps) {
    if (step < warmupSteps) {
      return peak * (step + 1) / warmupSteps;
    }
    double way = (double) (step - warmupSteps) / Math.max(1, steps - warmupSteps);
    return switch (decay) {
      case CONSTANT -> peak;
      case LINEAR -> peak + (end - peak) * way;
      case COSINE -> end + (peak - end) * (1 + Math.cos(Math.PI * way)) / 2;
    };
  }
}

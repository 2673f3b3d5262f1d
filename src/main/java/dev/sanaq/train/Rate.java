package dev.sanaq.train;

/**
 * A learning rate over a phase.
 *
 * @param start after the warm-up, above 0
 * @param end at the phase's last step
 * @param shape the way from one to the other
 * @param warmUp steps over which it rises linearly to {@code start}
 */
public record Rate(double start, double end, Shape shape, int warmUp) {
  /** How a rate changes. */
  public enum Shape {
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
  double at(long step, long steps) {
    if (step < warmUp) {
      return start * (step + 1) / warmUp;
    }
    double way = (double) (step - warmUp) / Math.max(1, steps - warmUp);
    return switch (shape) {
      case CONSTANT -> start;
      case LINEAR -> start + (end - start) * way;
      case COSINE -> end + (start - end) * (1 + Math.cos(Math.PI * way)) / 2;
    };
  }
}

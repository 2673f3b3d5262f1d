package dev.sanaq.sana.solver;

/**
 * The part of the denoising steps in which classifier-free guidance is on (Kynkäänniemi et al.,
 * arXiv 2404.07724). Outside of it the prediction with the prompt is used alone: half the rows.
 *
 * <p>The bounds are fractions of the number of steps, as {@code start} and {@code stop} of
 * diffusers' {@code ClassifierFreeGuidance}: of N steps, counted from 0, those from {@code
 * int(start * N)} to {@code int(stop * N) - 1} are guided. The article and NVlabs' Sana bound the
 * noise level instead.
 *
 * @param start 0 or more
 * @param stop more than {@code start}, at most 1
 */
public record GuidanceInterval(double start, double stop) {
  /** Guidance in every step. */
  public static final GuidanceInterval ALL_STEPS = new GuidanceInterval(0, 1);

  public GuidanceInterval {
    if (!isValid(start, stop)) {
      throw new IllegalArgumentException(
          "guidance interval %s, %s: expected 0 <= start < stop <= 1".formatted(start, stop));
    }
  }

  /** Whether these are bounds of an interval. */
  public static boolean isValid(double start, double stop) {
    return start >= 0 && start < stop && stop <= 1;
  }

  /**
   * Whether a step is guided.
   *
   * @param step from 0
   * @param steps the number of denoising steps
   */
  public boolean contains(int step, int steps) {
    return (int) (start * steps) <= step && step < (int) (stop * steps);
  }
}

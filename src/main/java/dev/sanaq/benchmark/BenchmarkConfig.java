package dev.sanaq.benchmark;

import java.util.List;

/**
 * What to measure.
 *
 * @param height pixels
 * @param width pixels
 * @param steps of a whole image, to which the steps' time is extended
 * @param timedSteps steps that are drawn and timed a run, at least 1
 * @param runs images drawn, each of a prompt of its own, at least 1
 * @param sizes sides of square images whose step alone is timed besides
 */
public record BenchmarkConfig(
    int height, int width, int steps, int timedSteps, int runs, List<Integer> sizes) {
  /** Refuses what cannot be measured. */
  public BenchmarkConfig {
    if (height < 1 || width < 1 || steps < 1 || timedSteps < 1 || runs < 1) {
      throw new IllegalArgumentException("sizes, steps and runs must be at least 1");
    }
    sizes = List.copyOf(sizes);
  }
}

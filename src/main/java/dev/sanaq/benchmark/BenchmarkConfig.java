package dev.sanaq.benchmark;

import java.util.List;

/**
 * The parameters of a benchmark.
 *
 * @param height pixels
 * @param width pixels
 * @param steps of a whole image, for the extrapolated time
 * @param timedSteps steps per run that are run and timed, at least 1
 * @param runs number of images, each with its own prompt, at least 1
 * @param sizes sides of square images of which only a step is timed
 */
public record BenchmarkConfig(
    int height, int width, int steps, int timedSteps, int runs, List<Integer> sizes) {
  public BenchmarkConfig {
    if (height < 1 || width < 1 || steps < 1 || timedSteps < 1 || runs < 1) {
      throw new IllegalArgumentException("sizes, steps and runs must be at least 1");
    }
    sizes = List.copyOf(sizes);
  }
}

package dev.sanaq.benchmark.tune;

import java.util.List;

/**
 * What a step cache is tuned with.
 *
 * @param prompts of the images, in turn
 * @param images how many the search looks at, and how many other ones the measurement
 * @param width pixels
 * @param height pixels
 * @param steps denoising steps, at least 4
 */
public record TuningSettings(List<String> prompts, int images, int width, int height, int steps) {
  public TuningSettings {
    prompts = List.copyOf(prompts);
    if (prompts.isEmpty() || images < 1 || steps < 4) {
      throw new IllegalArgumentException(
          "tuning a step cache needs a prompt, an image and 4 steps or more");
    }
  }
}

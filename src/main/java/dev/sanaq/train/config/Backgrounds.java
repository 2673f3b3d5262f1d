package dev.sanaq.train.config;

import dev.sanaq.train.data.TrainingSample;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Background colours behind transparent images in the autoencoder's training.
 *
 * @param palette colours, 0xRRGGBB; if empty, each sample has its own background
 * @param paletteProbability probability of a colour of the palette instead of any colour
 */
public record Backgrounds(List<Integer> palette, double paletteProbability) {
  /** Samples a colour, 0xRRGGBB. Always takes two numbers of the generator. */
  public int sample(TrainingSample sample, RandomGenerator random) {
    double choice = random.nextDouble();
    int anyColor = random.nextInt(1 << 24);
    if (palette.isEmpty()) {
      return sample.background();
    }
    return choice < paletteProbability
        ? palette.get(Math.floorMod(anyColor, palette.size()))
        : anyColor;
  }
}

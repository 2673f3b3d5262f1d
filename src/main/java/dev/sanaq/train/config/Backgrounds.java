package dev.sanaq.train.config;

import dev.sanaq.train.data.TrainingSample;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What shows through transparent images while the autoencoder learns.
 *
 * @param palette colours, 0xRRGGBB; empty for the row's own background always
 * @param paletteProbability of the draws that take one of them; the others are any colour
 */
public record Backgrounds(List<Integer> palette, double paletteProbability) {
  public int sample(TrainingSample row, RandomGenerator random) {
    double lot = random.nextDouble();
    int any = random.nextInt(1 << 24);
    if (palette.isEmpty()) {
      return row.background();
    }
    return lot < paletteProbability ? palette.get(Math.floorMod(any, palette.size())) : any;
  }
}

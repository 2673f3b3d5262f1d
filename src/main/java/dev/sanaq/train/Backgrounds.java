package dev.sanaq.train;

import dev.sanaq.train.data.Row;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What shows through transparent pictures while the autoencoder learns.
 *
 * @param named colours, 0xRRGGBB; empty for the row's own background always
 * @param share of the draws that take one of them; the others are any colour
 */
record Backgrounds(List<Integer> named, double share) {
  int draw(Row row, RandomGenerator random) {
    double lot = random.nextDouble();
    int any = random.nextInt(1 << 24);
    if (named.isEmpty()) {
      return row.background();
    }
    return lot < share ? named.get(Math.floorMod(any, named.size())) : any;
  }
}

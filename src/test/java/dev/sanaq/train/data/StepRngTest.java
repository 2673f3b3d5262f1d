package dev.sanaq.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StepRngTest {
  /** Recorded, because a change would alter every resumed run. */
  @Test
  void numbers_forStep_areStable() {
    assertThat(StepRng.of(1, 2, 3).nextLong()).isEqualTo(6420841525314841695L);
  }

  @Test
  void numbers_differBySeedStepAndIndex() {
    Set<Long> numbers = new HashSet<>();
    for (long seed = 0; seed < 10; seed++) {
      for (long step = 0; step < 100; step++) {
        for (int index = -1; index < 32; index++) {
          numbers.add(StepRng.of(seed, step, index).nextLong());
        }
      }
    }
    assertThat(numbers).hasSize(10 * 100 * 33);
  }

  /** The generator's own first numbers of seeds side by side are alike; those of places are not. */
  @Test
  void firstNumbers_ofAdjacentSteps_areUncorrelated() {
    int[] tenths = new int[10];
    double product = 0;
    double last = 0.5;
    int samples = 20_000;
    for (int step = 0; step < samples; step++) {
      double number = StepRng.of(0, step, 0).nextDouble();
      tenths[(int) (10 * number)]++;
      product += (number - 0.5) * (last - 0.5);
      last = number;
    }
    for (int count : tenths) {
      assertThat(count).isCloseTo(samples / 10, within(170)); // four standard deviations
    }
    assertThat(product / samples * 12).isCloseTo(0, within(0.03)); // four, too
  }
}

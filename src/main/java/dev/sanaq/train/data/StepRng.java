package dev.sanaq.train.data;

import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Random generators that depend only on the seed and the position in the training, so a resumed run
 * needs no random state except the number of its step.
 */
public final class StepRng {
  private StepRng() {}

  /**
   * The generator of a position; {@link Random}, because its specification fixes its numbers.
   *
   * @param seed seed of the run
   * @param step training step, or epoch
   * @param index index within the step; each purpose has its own
   */
  public static RandomGenerator of(long seed, long step, int index) {
    return new Random(mix(mix(mix(seed) + step) + index));
  }

  /** Spreads neighbouring numbers (the finaliser of SplitMix64). */
  private static long mix(long number) {
    long z = number + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}

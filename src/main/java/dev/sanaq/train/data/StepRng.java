package dev.sanaq.train.data;

import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Random numbers that depend on where in the training they are drawn and on nothing else: a run
 * that continues at a step needs no state but the step's number to draw what it would have drawn.
 */
public final class StepRng {
  private StepRng() {}

  /**
   * The generator of a place. {@link Random}, because its numbers are fixed by its specification
   * for every Java.
   *
   * @param seed the run's
   * @param step the training step, or the epoch
   * @param index within the step; a purpose of its own takes an index of its own
   */
  public static RandomGenerator of(long seed, long step, int index) {
    return new Random(mix(mix(mix(seed) + step) + index));
  }

  /** Neighbouring numbers become distant ones (the finaliser of SplitMix64). */
  private static long mix(long number) {
    long z = number + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}

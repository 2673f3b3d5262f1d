package dev.sanaq.checkpoint;

import dev.sanaq.checkpoint.config.Component;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Random;

/**
 * Random weights for a network: normal, scaled by fan-in, so that every layer affects the output
 * and none dominates it. A tensor depends only on the seed and its name.
 */
final class RandomWeights {
  private static final float NOISE = 0.1f;

  private final Map<String, long[]> shapes;
  private final Component network;
  private final long seed;

  RandomWeights(Component network, Map<String, long[]> shapes, long seed) {
    this.network = network;
    this.shapes = shapes;
    this.seed = seed;
  }

  void fill(String name, FloatBuffer numbers) {
    long[] shape = shapes.getOrDefault(name, new long[0]);
    // java.util.Random is specified to the bit; other generators may change.
    Random random = new Random(seed * 31 + name.hashCode());
    if (shape.length == 1) {
      fill(numbers, random, mean(name), NOISE, new float[] {1});
    } else if (network == Component.AUTOENCODER && shape.length == 4) {
      float deviation = (float) Math.sqrt(1.0 / shape[1]);
      fill(numbers, random, 0, deviation, blur((int) shape[3]));
    } else {
      fill(numbers, random, 0, gain() / (float) Math.sqrt(fanIn(name, shape)), new float[] {1});
    }
  }

  private static void fill(
      FloatBuffer numbers, Random random, float mean, float deviation, float[] window) {
    while (numbers.hasRemaining()) {
      float value = mean + deviation * (float) random.nextGaussian();
      for (float part : window) {
        numbers.put(value * part);
      }
    }
  }

  /** A smoothing kernel of sum 1: white noise kernels would give only stripes and grain. */
  private static float[] blur(int kernel) {
    double[] row = new double[kernel];
    row[0] = 1;
    for (int n = 1; n < kernel; n++) {
      for (int k = n; k > 0; k--) {
        row[k] += row[k - 1];
      }
    }
    double sum = Math.pow(4, kernel - 1);
    float[] window = new float[kernel * kernel];
    for (int i = 0; i < window.length; i++) {
      window[i] = (float) (row[i / kernel] * row[i % kernel] / sum);
    }
    return window;
  }

  /** Gemma's norms scale by (1 + w), the others by w; that of the caption is small, as trained. */
  private float mean(String name) {
    boolean scale = name.contains("norm") && name.endsWith("weight");
    if (!scale || network == Component.TEXT_ENCODER) {
      return 0;
    }
    return name.startsWith("caption_norm") ? 0.5f : 1;
  }

  /** Above 1, so that prompts stay distinguishable after Gemma's norms. */
  private float gain() {
    return network == Component.TEXT_ENCODER ? 2 : 1;
  }

  private static long fanIn(String name, long[] shape) {
    boolean table = name.endsWith("scale_shift_table") || name.endsWith("embed_tokens.weight");
    long fan = 1;
    for (int i = table ? shape.length - 1 : 1; i < shape.length; i++) {
      fan *= shape[i];
    }
    return fan;
  }
}

package dev.sanaq.sana.checkpoint;

import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Random;

/**
 * Random numbers for a network's tensors: normal, scaled by fan-in, so that every layer moves the
 * answer and none drowns the others. A tensor's numbers depend on the seed and its name alone.
 */
final class RandomWeights {
  private static final float NOISE = 0.1f;

  private final Map<String, long[]> shapes;
  private final Network network;
  private final long seed;

  RandomWeights(Network network, Map<String, long[]> shapes, long seed) {
    this.network = network;
    this.shapes = shapes;
    this.seed = seed;
  }

  void fill(String name, FloatBuffer numbers) {
    long[] shape = shapes.getOrDefault(name, new long[0]);
    float mean = shape.length == 1 ? mean(name) : 0;
    float deviation = shape.length == 1 ? NOISE : gain() / (float) Math.sqrt(fanIn(name, shape));
    // java.util.Random's numbers are specified to the bit; other generators' may change.
    Random random = new Random(seed * 31 + name.hashCode());
    while (numbers.hasRemaining()) {
      numbers.put(mean + deviation * (float) random.nextGaussian());
    }
  }

  /** Gemma's norms scale by (1 + w); the others by w; the paper starts the caption's small. */
  private float mean(String name) {
    boolean scale = name.contains("norm") && name.endsWith("weight");
    if (!scale || network == Network.TEXT_ENCODER) {
      return 0;
    }
    return name.startsWith("caption_norm") ? 0.5f : 1;
  }

  /** More than 1 keeps the prompts' states apart through Gemma's norms. */
  private float gain() {
    return network == Network.TEXT_ENCODER ? 2 : 1;
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

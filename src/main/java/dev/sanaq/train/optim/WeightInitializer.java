package dev.sanaq.train.optim;

import dev.sanaq.train.data.StepRng;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** First numbers of weights. A tensor's depend on the seed and its name alone. */
public final class WeightInitializer {
  private final long seed;

  public WeightInitializer(long seed) {
    this.seed = seed;
  }

  /** DC-AE's: PyTorch's own for convolutions and linear layers; norms do nothing. */
  public float[] autoencoder(String name, long[] shape) {
    if (shape.length == 1) {
      return name.contains("norm")
          ? constant(shape, name.endsWith("weight") ? 1 : 0)
          : constant(shape, 0);
    }
    return uniform(name, shape, 1 / Math.sqrt(fanIn(shape)));
  }

  /**
   * The transformer's: it begins by predicting nothing, and listens to the caption half as loud.
   */
  public float[] transformer(String name, long[] shape) {
    if (name.startsWith("proj_out")) {
      return constant(shape, 0);
    }
    if (shape.length == 1) {
      return constant(shape, name.contains("norm") && name.endsWith("weight") ? 1 : 0);
    }
    if (name.endsWith("scale_shift_table")) {
      return normal(name, shape, 1 / Math.sqrt(shape[1]));
    }
    if (name.startsWith("time_embed")) {
      return normal(name, shape, 0.02);
    }
    if (shape.length == 4) {
      return uniform(name, shape, 1 / Math.sqrt(fanIn(shape)));
    }
    double xavier = Math.sqrt(6.0 / (shape[0] + shape[1]));
    return uniform(name, shape, name.contains("attn2.to_out") ? xavier / 2 : xavier);
  }

  /** Gemma's: embeddings are multiplied by the root of their width later, norms count from one. */
  public float[] textEncoder(String name, long[] shape) {
    if (shape.length == 1) {
      return constant(shape, 0);
    }
    boolean last = name.contains("o_proj") || name.contains("down_proj");
    return normal(name, shape, (last ? 0.5 : 1) / Math.sqrt(shape[1]));
  }

  /** LoRA's: B begins at 0, so that nothing changes at first. */
  public float[] lora(String name, long[] shape) {
    return name.contains("lora_B")
        ? constant(shape, 0)
        : uniform(name, shape, 1 / Math.sqrt(shape[1]));
  }

  private static long fanIn(long[] shape) {
    return Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b);
  }

  private static float[] constant(long[] shape, float value) {
    float[] numbers = new float[numElements(shape)];
    Arrays.fill(numbers, value);
    return numbers;
  }

  private float[] normal(String name, long[] shape, double deviation) {
    RandomGenerator random = StepRng.of(seed, name.hashCode(), 0);
    float[] numbers = new float[numElements(shape)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (deviation * random.nextGaussian());
    }
    return numbers;
  }

  private float[] uniform(String name, long[] shape, double bound) {
    RandomGenerator random = StepRng.of(seed, name.hashCode(), 0);
    float[] numbers = new float[numElements(shape)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
    return numbers;
  }

  private static int numElements(long[] shape) {
    return Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
  }
}

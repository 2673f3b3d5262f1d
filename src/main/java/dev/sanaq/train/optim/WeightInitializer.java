package dev.sanaq.train.optim;

import dev.sanaq.train.data.StepRng;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Initial values of weights; those of a tensor depend only on the seed and its name. */
public final class WeightInitializer {
  private final long seed;

  public WeightInitializer(long seed) {
    this.seed = seed;
  }

  /** DC-AE: PyTorch's defaults for convolutions and linear layers; norms are the identity. */
  public float[] autoencoder(String name, long[] shape) {
    if (shape.length == 1) {
      return name.contains("norm")
          ? constant(shape, name.endsWith("weight") ? 1 : 0)
          : constant(shape, 0);
    }
    return uniform(name, shape, 1 / Math.sqrt(fanIn(shape)));
  }

  /** The transformer: Xavier; the output layer is zero and cross-attention's output is halved. */
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

  /** Gemma: normal; the network scales embeddings by the root of their width and norms by 1 + w. */
  public float[] textEncoder(String name, long[] shape) {
    if (shape.length == 1) {
      return constant(shape, 0);
    }
    boolean outputLayer = name.contains("o_proj") || name.contains("down_proj");
    return normal(name, shape, (outputLayer ? 0.5 : 1) / Math.sqrt(shape[1]));
  }

  /** LoRA: B is zero, so the adapter has no effect at first. */
  public float[] lora(String name, long[] shape) {
    return name.contains("lora_B")
        ? constant(shape, 0)
        : uniform(name, shape, 1 / Math.sqrt(shape[1]));
  }

  private static long fanIn(long[] shape) {
    return Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b);
  }

  private static float[] constant(long[] shape, float value) {
    float[] values = new float[numElements(shape)];
    Arrays.fill(values, value);
    return values;
  }

  private float[] normal(String name, long[] shape, double deviation) {
    RandomGenerator random = StepRng.of(seed, name.hashCode(), 0);
    float[] values = new float[numElements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }

  private float[] uniform(String name, long[] shape, double bound) {
    RandomGenerator random = StepRng.of(seed, name.hashCode(), 0);
    float[] values = new float[numElements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
    return values;
  }

  private static int numElements(long[] shape) {
    return Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
  }
}

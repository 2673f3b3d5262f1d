package dev.sanaq.benchmark.export;

import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * Weights from a formula of whole numbers, so that another program makes the same ones to the bit
 * and a network of any size needs no file. Element i of a tensor is, with {@code >>} and {@code ^}
 * on 31 bits:
 *
 * <pre>
 * x = (i * 1664525 + seed) mod 2^31
 * x = ((x ^ (x >> 16)) * 73244475) mod 2^31        twice
 * mean + scale * (((x ^ (x >> 16)) >> 7) / 2^23 - 1)
 * </pre>
 *
 * The scale is a power of two, so that only the last addition rounds. Stateless.
 */
final class GeneratedWeights {
  private static final int CHUNK_ELEMENTS = 2 << 20;
  private static final long MASK = Integer.MAX_VALUE;
  private static final float NOISE = 0.125f;

  private GeneratedWeights() {}

  /**
   * How a tensor is made.
   *
   * @param shape of the tensor
   * @param seed 0 to 2^31 - 1
   * @param mean of the elements
   * @param scale the largest distance from the mean
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Formula(long[] shape, int seed, float mean, float scale) {
    /** The formula of a network's tensor: fan-in scaling, norms about 1, biases about 0. */
    static Formula of(Component network, String name, long[] shape) {
      int seed = name.hashCode() & Integer.MAX_VALUE;
      if (shape.length == 1) {
        return new Formula(shape, seed, mean(network, name), NOISE);
      }
      // A uniform number from -s to s has the variance s^2 / 3.
      double scale = Math.sqrt(3.0 / fanIn(name, shape));
      return new Formula(shape, seed, 0, Math.scalb(1f, (int) Math.rint(log2(scale))));
    }

    /** Gemma's norms scale by 1 + w, the others by w. */
    private static float mean(Component network, String name) {
      boolean factor = name.contains("norm") && name.endsWith("weight");
      return factor && network != Component.TEXT_ENCODER ? 1 : 0;
    }

    private static long fanIn(String name, long[] shape) {
      boolean table = name.endsWith("scale_shift_table") || name.endsWith("embed_tokens.weight");
      long fan = 1;
      for (int i = table ? shape.length - 1 : 1; i < shape.length; i++) {
        fan *= shape[i];
      }
      return fan;
    }

    private static double log2(double x) {
      return Math.log(x) / Math.log(2);
    }

    long elements() {
      long count = 1;
      for (long side : shape) {
        count *= side;
      }
      return count;
    }

    /** Element i. */
    float element(long i) {
      long x = (i * 1664525 + seed) & MASK;
      x = ((x ^ (x >> 16)) * 73244475) & MASK;
      x = ((x ^ (x >> 16)) * 73244475) & MASK;
      return mean + scale * (((x ^ (x >> 16)) >> 7) * 0x1p-23f - 1);
    }
  }

  /** Loads all tensors in fp32, and calls {@code prepare_weights}. */
  static void load(Map<String, Formula> formulas, ScriptProgram program) {
    ByteBuffer chunk =
        ByteBuffer.allocateDirect(CHUNK_ELEMENTS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    formulas.forEach((name, formula) -> load(name, formula, program, chunk));
    program.call("prepare_weights").close();
  }

  private static void load(String name, Formula formula, ScriptProgram program, ByteBuffer chunk) {
    long elements = formula.elements();
    for (long first = 0; first < elements; first += CHUNK_ELEMENTS) {
      int count = (int) Math.min(CHUNK_ELEMENTS, elements - first);
      FloatBuffer numbers = chunk.clear().asFloatBuffer();
      for (int i = 0; i < count; i++) {
        numbers.put(formula.element(first + i));
      }
      program.loadWeight(
          name,
          chunk.limit(count * Float.BYTES),
          Precision.FP32,
          Precision.FP32,
          formula.shape(),
          first);
    }
  }
}

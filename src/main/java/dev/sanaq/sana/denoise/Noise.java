package dev.sanaq.sana.denoise;

import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.Torch;
import java.util.ArrayList;
import java.util.List;

/**
 * The random noise of a pass, from the seed of each image. All of it is sampled before the first
 * step: images do not influence each other's noise, and a repeated pass gets the same. One thread.
 */
public final class Noise implements AutoCloseable {
  /** By image, then by tensor. */
  private final List<List<ScriptValue>> perImage = new ArrayList<>();

  private Noise() {}

  /**
   * Samples standard normal noise, equal to {@code torch.randn} with a CPU generator.
   *
   * @param seeds one per image
   * @param count tensors per image
   * @param shape of each tensor: (1, C, H, W)
   */
  public static Noise sample(long[] seeds, int count, long[] shape) {
    Noise noise = new Noise();
    try {
      for (long seed : seeds) {
        noise.perImage.add(Torch.normal(seed, count, shape));
      }
      return noise;
    } catch (RuntimeException | Error e) {
      noise.close();
      throw e;
    }
  }

  /** Tensor {@code index} of every image, as a list; the caller closes it. */
  public ScriptValue tensors(int index) {
    return ScriptValue.tensorList(
        perImage.stream().map(own -> own.get(index)).toArray(ScriptValue[]::new));
  }

  /** Tensors per image. */
  int count() {
    return perImage.get(0).size();
  }

  @Override
  public void close() {
    perImage.forEach(own -> own.forEach(ScriptValue::close));
  }
}

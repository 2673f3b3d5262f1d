package dev.sanaq.sana.denoise;

import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.Torch;
import java.util.ArrayList;
import java.util.List;

/**
 * Every image's draws of a pass, each from the image's own seed. All are made before the first
 * step, so that no other image's draws come between and a repeated pass draws the same.
 */
public final class Noise implements AutoCloseable {
  /** Image by image, draw by draw. */
  private final List<List<ScriptValue>> perImage = new ArrayList<>();

  private Noise() {}

  /**
   * Draws.
   *
   * @param seeds one an image
   * @param draws tensors an image
   * @param shape of each: (1, C, H, W)
   */
  public static Noise sample(long[] seeds, int draws, long[] shape) {
    Noise noise = new Noise();
    try {
      for (long seed : seeds) {
        noise.perImage.add(Torch.normal(seed, draws, shape));
      }
      return noise;
    } catch (RuntimeException | Error e) {
      noise.close();
      throw e;
    }
  }

  /** Every image's draw of that number, as a list; the caller closes it. */
  public ScriptValue tensors(int draw) {
    return ScriptValue.tensorList(
        perImage.stream().map(own -> own.get(draw)).toArray(ScriptValue[]::new));
  }

  /** Lets go of all images but these, which are in ascending order. */
  public void retainRows(long[] rows) {
    List<List<ScriptValue>> kept = new ArrayList<>();
    for (long row : rows) {
      kept.add(perImage.get((int) row));
    }
    perImage.stream()
        .filter(own -> !kept.contains(own))
        .forEach(own -> own.forEach(ScriptValue::close));
    perImage.clear();
    perImage.addAll(kept);
  }

  @Override
  public void close() {
    perImage.forEach(own -> own.forEach(ScriptValue::close));
  }
}

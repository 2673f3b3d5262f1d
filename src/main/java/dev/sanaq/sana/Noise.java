package dev.sanaq.sana;

import dev.sanaq.torch.Torch;
import dev.sanaq.torch.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Every picture's draws of a pass, each from the picture's own seed. All are made before the first
 * step, so that no other picture's draws come between and a repeated pass draws the same.
 */
final class Noise implements AutoCloseable {
  /** Picture by picture, draw by draw. */
  private final List<List<Value>> pictures = new ArrayList<>();

  private Noise() {}

  /**
   * Draws.
   *
   * @param seeds one a picture
   * @param draws tensors a picture
   * @param shape of each: (1, C, H, W)
   */
  static Noise draw(long[] seeds, int draws, long[] shape) {
    Noise noise = new Noise();
    try {
      for (long seed : seeds) {
        noise.pictures.add(Torch.normal(seed, draws, shape));
      }
      return noise;
    } catch (RuntimeException | Error e) {
      noise.close();
      throw e;
    }
  }

  /** Every picture's draw of that number, as a list; the caller closes it. */
  Value of(int draw) {
    return Value.tensors(pictures.stream().map(own -> own.get(draw)).toArray(Value[]::new));
  }

  /** Lets go of all pictures but these, which are in ascending order. */
  void keep(long[] rows) {
    List<List<Value>> kept = new ArrayList<>();
    for (long row : rows) {
      kept.add(pictures.get((int) row));
    }
    pictures.stream().filter(own -> !kept.contains(own)).forEach(own -> own.forEach(Value::close));
    pictures.clear();
    pictures.addAll(kept);
  }

  @Override
  public void close() {
    pictures.forEach(own -> own.forEach(Value::close));
  }
}

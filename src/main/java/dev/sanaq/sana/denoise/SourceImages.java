package dev.sanaq.sana.denoise;

import dev.sanaq.sana.conditioning.ConditioningLatents;
import dev.sanaq.sana.solver.NoiseLevel;
import dev.sanaq.sana.solver.Schedule;
import dev.sanaq.torch.OwnedValue;
import dev.sanaq.torch.ScriptValue;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The source images of a pass, on the device: their latents, their masks, and the starting noise.
 * An image without a source starts from noise alone, and one without a mask is generated anew as a
 * whole. One thread.
 */
public final class SourceImages implements AutoCloseable {
  private final Sampler sampler;
  private final List<ConditioningLatents> images;
  private final OwnedValue held;

  private SourceImages(Sampler sampler, List<ConditioningLatents> images, ScriptValue held) {
    this.sampler = sampler;
    this.images = images;
    this.held = new OwnedValue(held);
  }

  /**
   * Copies them to the device.
   *
   * @param images one per row of the pass
   * @param noise the starting noise (1, C, H, W) of each row
   * @param shape (1, C, H, W)
   * @return nothing if no row has a source image
   */
  public static Optional<SourceImages> hold(
      Sampler sampler, List<ConditioningLatents> images, ScriptValue noise, long[] shape) {
    if (images.stream().allMatch(image -> image.source().isEmpty())) {
      return Optional.empty();
    }
    int area = (int) (shape[2] * shape[3]);
    int volume = (int) shape[1] * area;
    float[] latents = new float[images.size() * volume];
    float[] masks = new float[images.size() * area];
    Arrays.fill(masks, 1);
    for (int i = 0; i < images.size(); i++) {
      copy(images.get(i).source(), latents, i * volume, volume);
      copy(images.get(i).mask(), masks, i * area, area);
    }
    try (ScriptValue x = ScriptValue.floats(latents, images.size(), shape[1], shape[2], shape[3]);
        ScriptValue mask = ScriptValue.floats(masks, images.size(), 1, shape[2], shape[3])) {
      return Optional.of(new SourceImages(sampler, images, sampler.holdSource(noise, x, mask)));
    }
  }

  private static void copy(Optional<float[]> values, float[] to, int at, int length) {
    values.ifPresent(
        from -> {
          if (from.length != length) {
            throw new IllegalStateException(
                "%s values of an image, expected %s".formatted(from.length, length));
          }
          System.arraycopy(from, 0, to, at, length);
        });
  }

  /** The state before the first step, see {@link Sampler#init}. */
  public ScriptValue start(Schedule schedule) {
    NoiseLevel level = schedule.levels().get(0);
    float[] imageScales = new float[images.size()];
    float[] noiseScales = new float[images.size()];
    for (int i = 0; i < images.size(); i++) {
      boolean hasSource = images.get(i).source().isPresent();
      imageScales[i] = hasSource ? (float) level.imageScale() : 0;
      noiseScales[i] = (float) (hasSource ? level.noiseScale() : schedule.initialNoiseScale());
    }
    return sampler.initFromSource(held.get(), imageScales, noiseScales);
  }

  /** Whether an image has a mask. */
  public boolean hasMask() {
    return images.stream().anyMatch(image -> image.mask().isPresent());
  }

  /**
   * The state after a step with the unmasked latents of the source images.
   *
   * @param level that the step has reached
   */
  public ScriptValue keepKnown(ScriptValue state, NoiseLevel level) {
    return sampler.keepKnown(state, held.get(), level);
  }

  /** These rows alone. */
  public SourceImages retain(long[] rows) {
    List<ConditioningLatents> kept =
        Arrays.stream(rows).mapToObj(row -> images.get((int) row)).toList();
    return new SourceImages(sampler, kept, sampler.selectRows(held.get(), rows));
  }

  @Override
  public void close() {
    held.close();
  }
}

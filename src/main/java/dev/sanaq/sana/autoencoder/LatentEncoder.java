package dev.sanaq.sana.autoencoder;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.image.ImageSize;
import dev.sanaq.image.MaskImage;
import dev.sanaq.image.PillowResizer;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.conditioning.Conditioning;
import dev.sanaq.sana.conditioning.ConditioningLatents;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.ScriptValue;
import org.jspecify.annotations.Nullable;

/**
 * Encodes source and control images to latents (diffusers: {@code image_processor.preprocess},
 * {@code vae.encode}). Loads the encoder with the first image, since most workers never get one.
 * One caller at a time.
 */
public final class LatentEncoder implements AutoCloseable {
  private final Checkpoint checkpoint;
  private final DevicePlacement placement;
  private @Nullable AutoencoderDC encoder;

  /** The encoder of a checkpoint, not loaded yet. */
  public LatentEncoder(Checkpoint checkpoint, DevicePlacement placement) {
    this.checkpoint = checkpoint;
    this.placement = placement;
  }

  /**
   * Encodes the images of a conditioning.
   *
   * @param size generated, to which they are resized
   */
  public ConditioningLatents encode(Conditioning conditioning, ImageSize size) {
    return new ConditioningLatents(
        conditioning.source().map(source -> encode(source.image(), size)),
        conditioning.source().flatMap(source -> source.mask()).map(mask -> reduce(mask, size)),
        conditioning.control().map(control -> encode(control.image(), size)));
  }

  private float[] encode(RgbImage image, ImageSize size) {
    RgbImage resized = PillowResizer.resize(image, size, PillowResizer.Filter.LANCZOS);
    float[] values = PlanarFloatImage.of(resized).values();
    try (ScriptValue pixels = ScriptValue.floats(values, 1, 3, size.height(), size.width());
        ScriptValue latents = encoder().encodeToHost(pixels)) {
      return latents.toFloats();
    }
  }

  /** The nearest pixel of each latent, as torch's nearest interpolation takes it. */
  private float[] reduce(MaskImage mask, ImageSize size) {
    MaskImage resized = PillowResizer.resize(mask, size, PillowResizer.Filter.LANCZOS);
    int compression = checkpoint.autoencoder().spatialCompression();
    int width = size.width() / compression;
    float[] latents = new float[size.height() / compression * width];
    for (int i = 0; i < latents.length; i++) {
      latents[i] = resized.isWhite(i % width * compression, i / width * compression) ? 1 : 0;
    }
    return latents;
  }

  private AutoencoderDC encoder() {
    AutoencoderDC loaded = encoder;
    if (loaded == null) {
      loaded = AutoencoderDC.loadEncoder(checkpoint, placement);
      encoder = loaded;
    }
    return loaded;
  }

  @Override
  public void close() {
    if (encoder != null) {
      encoder.close();
    }
  }
}

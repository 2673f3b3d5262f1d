package dev.sanaq.sana.autoencoder;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.image.ImageSize;
import dev.sanaq.image.MaskImage;
import dev.sanaq.image.PillowResizer;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.conditioning.Conditioning;
import dev.sanaq.sana.conditioning.ConditioningLatents;
import dev.sanaq.sana.conditioning.ControlImage;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.ScriptValue;
import org.jspecify.annotations.Nullable;

/**
 * Encodes source and control images to latents (diffusers: {@code image_processor.preprocess},
 * {@code vae.encode}). Loads the encoder with the first image, since most workers never get one.
 * One caller at a time.
 */
public final class LatentEncoder implements AutoCloseable {
  /** An image of 2048 pixels; a larger one is encoded in tiles. */
  private static final long MAX_UNTILED_PIXELS = 1L << 22;

  /** The overlap of 128 pixels is that of decoding. */
  private static final int TILE = 1024;

  private static final int TILE_STRIDE = 896;

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
        conditioning.source().map(source -> encode(resize(source.image(), size))),
        conditioning.source().flatMap(source -> source.mask()).map(mask -> reduce(mask, size)),
        conditioning.control().map(control -> encode(input(control, size))));
  }

  /** Preprocessed in the generated size: lines of one pixel would not survive a resize. */
  private static RgbImage input(ControlImage control, ImageSize size) {
    RgbImage resized = resize(control.image(), size);
    return control.preprocessor().map(lines -> lines.process(resized)).orElse(resized);
  }

  private static RgbImage resize(RgbImage image, ImageSize size) {
    return PillowResizer.resize(image, size, PillowResizer.Filter.LANCZOS);
  }

  private float[] encode(RgbImage image) {
    float[] values = PlanarFloatImage.of(image).values();
    try (ScriptValue pixels = ScriptValue.floats(values, 1, 3, image.height(), image.width());
        ScriptValue latents = encode(image, pixels)) {
      return latents.toFloats();
    }
  }

  /**
   * A large image in tiles, as it is decoded: as a whole, 4096 pixels would need 24 GiB and more.
   */
  private ScriptValue encode(RgbImage image, ScriptValue pixels) {
    return (long) image.height() * image.width() > MAX_UNTILED_PIXELS
        ? encoder().encodeTiledToHost(pixels, TILE, TILE_STRIDE)
        : encoder().encodeToHost(pixels);
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

package dev.sanaq.sana.pipeline;

import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.sana.DeviceMemoryException;
import dev.sanaq.sana.autoencoder.AutoencoderDC;
import dev.sanaq.torch.DeviceMemory;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.TorchException;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** From latents to an image, in one piece or, where memory does not hold that, in tiles. */
final class LatentDecoder {
  /** Where memory is short, or nobody says what is free, larger ones are decoded in tiles. */
  private static final long MAX_UNTILED_PIXELS = 3L << 19;

  /**
   * Tiles of 1024 pixels that overlap by 128 show no seams, 512 by 64 can on flat skies (diffusers
   * #10510). These overlap by as much, so that 4096 x 4096 takes little more memory than 1024 x
   * 1024 whole.
   */
  private static final List<Tiling> TILINGS = List.of(new Tiling(896, 768), new Tiling(512, 448));

  private static final Tiling UNTILED = new Tiling(0, 0);

  /** Side and stride in pixels; a side of 0 is the whole image. */
  private record Tiling(int side, int stride) {}

  private final AutoencoderDC autoencoder;
  private final DevicePlacement placement;
  private final Supplier<OptionalLong> freeBytes;
  private final boolean lowMemory;
  private final LearnedLimits<ImageSize> firstTiling = new LearnedLimits<>();

  /**
   * A decoder.
   *
   * @param free bytes that could still be had: images that half of them hold are decoded whole
   * @param lowMemory none above 1.5 megapixels, whatever is free
   */
  LatentDecoder(
      AutoencoderDC autoencoder,
      DevicePlacement placement,
      Supplier<OptionalLong> free,
      boolean lowMemory) {
    this.autoencoder = autoencoder;
    this.placement = placement;
    this.freeBytes = free;
    this.lowMemory = lowMemory;
  }

  /**
   * Decodes one image, in smaller tiles each time memory runs out.
   *
   * @param latents (C, h, w) in the autoencoder's own scale
   * @param shape (1, C, h, w)
   * @param size of the image
   * @throws DeviceMemoryException where it does not even fit in the smallest tiles
   */
  PlanarFloatImage decode(float[] latents, long[] shape, ImageSize size, PipelineProbe observer) {
    List<Tiling> ways = tilings(size);
    int first = Math.min(firstTiling.getOrDefault(size, 0), ways.size() - 1);
    try (ScriptValue input = ScriptValue.floats(latents, shape);
        ScriptValue image = decode(input, size, ways, first, observer)) {
      return new PlanarFloatImage(size.height(), size.width(), image.toFloats());
    }
  }

  private ScriptValue decode(
      ScriptValue latents, ImageSize size, List<Tiling> ways, int way, PipelineProbe observer) {
    Tiling tiling = ways.get(way);
    try {
      observer.onDecode(tiling.side());
      return tiling.equals(UNTILED)
          ? autoencoder.decode(latents)
          : autoencoder.decodeTiled(latents, tiling.side(), tiling.stride());
    } catch (TorchException | OutOfMemoryError e) {
      if (!BatchSizeEstimator.isOutOfMemory(e)) {
        throw e;
      }
      DeviceMemory.releaseCaches(placement);
      if (way == ways.size() - 1) {
        throw new DeviceMemoryException(
            "memory ran out decoding one image of %s, even in the smallest tiles: %s"
                .formatted(size, e.getMessage()),
            e);
      }
    }
    firstTiling.put(size, way + 1);
    return decode(latents, size, ways, way + 1, observer);
  }

  /** What can be tried, the most memory first; tiles as large as the image save nothing. */
  private List<Tiling> tilings(ImageSize size) {
    boolean whole = fitsUntiled((long) size.height() * size.width());
    int longest = Math.max(size.height(), size.width());
    return Stream.concat(
            whole ? Stream.of(UNTILED) : Stream.empty(),
            TILINGS.stream().filter(tiling -> !whole || tiling.side() < longest))
        .toList();
  }

  private boolean fitsUntiled(long pixels) {
    OptionalLong bytes = freeBytes.get();
    if (pixels > MAX_UNTILED_PIXELS && (lowMemory || bytes.isEmpty())) {
      return false;
    }
    return bytes.isEmpty() || pixels * autoencoder.bytesPerPixel() <= bytes.getAsLong() / 2;
  }
}

package dev.sanaq.sana.pipeline;

import dev.sanaq.collection.LearnedLimits;
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

/** Decodes latents to an image, as a whole or, if memory does not hold that, in tiles. */
final class LatentDecoder {
  /** In low-memory mode, or if the free memory is unknown, larger images are decoded in tiles. */
  private static final long MAX_UNTILED_PIXELS = 3L << 19;

  /**
   * Tiles of 1024 pixels that overlap by 128 show no seams; 512 by 64 can, on flat skies (diffusers
   * #10510). The first tiling here also overlaps by 128, and decodes 4096 x 4096 in little more
   * memory than 1024 x 1024 as a whole.
   */
  private static final List<Tiling> TILINGS = List.of(new Tiling(896, 768), new Tiling(512, 448));

  private static final Tiling UNTILED = new Tiling(0, 0);

  /** Side and stride of the tiles in pixels; side 0 means the whole image. */
  private record Tiling(int side, int stride) {}

  private final AutoencoderDC autoencoder;
  private final DevicePlacement placement;
  private final Supplier<OptionalLong> freeBytes;
  private final boolean lowMemory;
  private final LearnedLimits<ImageSize> firstTiling =
      new LearnedLimits<>(tiling -> Math.max(0, tiling - 1));

  /**
   * @param freeBytes of the device, if known; an image that fits into half of them is decoded as a
   *     whole
   * @param lowMemory decode every image above 1.5 megapixels in tiles
   */
  LatentDecoder(
      AutoencoderDC autoencoder,
      DevicePlacement placement,
      Supplier<OptionalLong> freeBytes,
      boolean lowMemory) {
    this.autoencoder = autoencoder;
    this.placement = placement;
    this.freeBytes = freeBytes;
    this.lowMemory = lowMemory;
  }

  /**
   * Decodes one image; each time memory runs out, in smaller tiles.
   *
   * @param latents (C, h, w) in the autoencoder's own scale
   * @param shape (1, C, h, w)
   * @param size of the image in pixels
   * @return values of about -1 to 1
   * @throws DeviceMemoryException if memory does not hold the smallest tiles
   */
  PlanarFloatImage decode(float[] latents, long[] shape, ImageSize size, PipelineProbe probe) {
    List<Tiling> tilings = tilings(size);
    int first = Math.min(firstTiling.get(size).orElse(0), tilings.size() - 1);
    try (ScriptValue input = ScriptValue.floats(latents, shape);
        ScriptValue image = decode(input, size, tilings, first, probe)) {
      firstTiling.succeeded(size);
      return new PlanarFloatImage(size.height(), size.width(), image.toFloats());
    }
  }

  private ScriptValue decode(
      ScriptValue latents, ImageSize size, List<Tiling> tilings, int index, PipelineProbe probe) {
    Tiling tiling = tilings.get(index);
    try {
      probe.onDecode(tiling.side());
      return tiling.equals(UNTILED)
          ? autoencoder.decode(latents)
          : autoencoder.decodeTiled(latents, tiling.side(), tiling.stride());
    } catch (TorchException | OutOfMemoryError e) {
      if (!DeviceMemory.ranOut(e)) {
        throw e;
      }
      DeviceMemory.releaseCaches(placement);
      if (index == tilings.size() - 1) {
        throw new DeviceMemoryException(
            "memory ran out decoding one image of %s, even in the smallest tiles: %s"
                .formatted(size, e.getMessage()),
            e);
      }
    }
    firstTiling.learn(size, index + 1);
    return decode(latents, size, tilings, index + 1, probe);
  }

  /** The tilings to try, the largest first; tiles as large as the image would save nothing. */
  private List<Tiling> tilings(ImageSize size) {
    boolean whole = fitsUntiled((long) size.height() * size.width());
    int longest = Math.max(size.height(), size.width());
    return Stream.concat(
            whole ? Stream.of(UNTILED) : Stream.empty(),
            TILINGS.stream().filter(tiling -> !whole || tiling.side() < longest))
        .toList();
  }

  boolean fitsUntiled(long pixels) {
    if (placement.isGpu()
        && pixels * autoencoder.maxElementsPerPixel() > DeviceMemory.MAX_TENSOR_ELEMENTS) {
      return false;
    }
    OptionalLong bytes = freeBytes.get();
    if (pixels > MAX_UNTILED_PIXELS && (lowMemory || bytes.isEmpty())) {
      return false;
    }
    return bytes.isEmpty() || pixels * autoencoder.bytesPerPixel() <= bytes.getAsLong() / 2;
  }
}
